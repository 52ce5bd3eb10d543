"""Operations beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from devbox.errors import DevboxError
from devbox.session.running import Job, Running
from devbox.session.state import Operation, Phase
from devbox.session.store import Store
from tests.eventually import eventually


class Bench:
    """Operations that wait to be let go."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.store = Store()
        self.group = group
        self.running = Running(emit=self.store.apply, now=lambda: 1.0)
        self.gate = asyncio.Event()

    def begin(self, title: str, services: frozenset[str] | None) -> int:
        return self.running.begin(self.group, title, services, self.wait)

    async def wait(self, job: Job) -> None:
        gate, cancel = asyncio.create_task(self.gate.wait()), asyncio.create_task(job.cancel.wait())
        try:
            await asyncio.wait([gate, cancel], return_when=asyncio.FIRST_COMPLETED)
        finally:
            gate.cancel()
            cancel.cancel()

    def operation(self, id: int) -> Operation:
        return next(operation for operation in self.store.state.operations if operation.id == id)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    async with asyncio.TaskGroup() as group:
        made = Bench(group)
        yield made
        await made.running.end()


async def test_a_second_operation_on_a_service_is_refused_with_a_notice() -> None:
    async with bench() as b:
        assert b.begin("restart api", frozenset({"api"}))
        assert b.begin("stop api", frozenset({"api"})) == 0
        assert b.store.state.notices[-1].text == ("stop api: restart api is still under way; wait for it or cancel it.")


async def test_operations_on_different_services_run_beside_each_other() -> None:
    async with bench() as b:
        first, second = b.begin("restart api", frozenset({"api"})), b.begin("restart db", frozenset({"db"}))
        assert first
        assert second
        assert b.operation(first).phase is b.operation(second).phase is Phase.RUNNING


async def test_an_operation_on_everything_excludes_every_other() -> None:
    async with bench() as b:
        assert b.begin("up", None)
        assert b.begin("restart api", frozenset({"api"})) == 0


async def test_a_service_is_free_again_when_its_operation_ended() -> None:
    async with bench() as b:
        first = b.begin("restart api", frozenset({"api"}))
        b.gate.set()
        await eventually(lambda: b.operation(first).phase is Phase.DONE)
        assert b.begin("restart api", frozenset({"api"})) > first


async def test_cancelling_asks_first() -> None:
    async with bench() as b:
        id = b.begin("up", None)
        b.running.cancel(id)
        assert b.operation(id).cancelling
        await eventually(lambda: b.operation(id).phase is not Phase.RUNNING)


async def test_cancelling_twice_breaks_an_operation_off_that_does_not_listen() -> None:
    async with bench() as b:

        async def deaf(job: Job) -> None:
            await b.gate.wait()

        id = b.running.begin(b.group, "up", None, deaf)
        await asyncio.sleep(0)
        b.running.cancel(id)
        b.running.cancel(id)
        await eventually(lambda: b.operation(id).phase is Phase.CANCELLED)


async def test_a_failure_is_shown_with_what_to_do() -> None:
    async with bench() as b:

        async def fail(job: Job) -> None:
            raise DevboxError("No such image.", hint="Pull it.")

        id = b.running.begin(b.group, "up", None, fail)
        await eventually(lambda: b.operation(id).phase is Phase.FAILED)
        assert (b.operation(id).error, b.operation(id).hint) == ("No such image.", "Pull it.")
