"""An editor at a port of devbox, real debugpy processes behind it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devbox.debug.model import Pair
from devbox.errors import DevboxError
from devbox.session.heard import Happened, Heard
from devbox.session.listening import Listening, own_port
from devbox.session.reached import Reached
from tests.debug.ide import Ide, Refused
from tests.debug.target import Target, TcpPipe, target
from tests.eventually import eventually

PATIENCE = 60
DOUBLES = """
import sys
def double(text):
    result = int(text) * 2
    return result
print("ready", flush=True)
for line in sys.stdin:
    print(double(line), flush=True)
"""
LINE = 4
FORKS = """
import subprocess, sys
def run(text):
    return subprocess.run([sys.executable, "-c", PROGRAM, text], capture_output=True, text=True).stdout.strip()
PROGRAM = "import sys, child; print(child.double(sys.argv[1]))"
print("ready", flush=True)
for line in sys.stdin:
    print(run(line.strip()), flush=True)
"""


@dataclass
class House:
    """reached.Doorway: the processes that there are now, each as in a container of its own."""

    pairs: tuple[Pair, ...] = ()
    targets: list[Target] = field(default_factory=list)
    refusal: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def move_in(self, *targets: Target) -> None:
        self.targets = list(targets)
        self.changed.set()

    async def arrive(self, *, patient: bool, but: frozenset[str] = frozenset()) -> tuple[Reached, ...]:
        if self.refusal:
            raise DevboxError(self.refusal)
        while not self.targets:
            self.changed.clear()
            await self.changed.wait()
        return tuple(one for one in map(self._reached, self.targets) if one.container not in but)

    def _reached(self, one: Target) -> Reached:
        async def open() -> TcpPipe:
            try:
                return await TcpPipe.open(one.port)
            except OSError as error:
                raise DevboxError("Nothing listens there.") from error

        name = one.file.parent.name
        return Reached(container=name, name=name, pairs=self.pairs, open=open)


@dataclass
class Port:
    """A listener that runs."""

    port: int
    house: House
    heard: list[Heard]

    async def ide(self, file: Path | None = None, *lines: int, asks: bool = False) -> Ide:
        return await Ide(self.port, {str(file): list(lines)} if file else {}, asks=asks).connect()

    async def hears(self, what: Happened, count: int = 1) -> Heard:
        def found() -> Heard | None:
            matching = [one for one in self.heard if one.what is what]
            return matching[count - 1] if len(matching) >= count else None

        return await eventually(found, PATIENCE)  # type: ignore[no-any-return]


@asynccontextmanager
async def port(*targets: Target, pairs: tuple[Pair, ...] = (), project: str = "shop") -> AsyncIterator[Port]:
    heard: list[Heard] = []
    house = House(pairs=pairs, targets=list(targets))
    listening = Listening(project, "api", "127.0.0.1", 0, house, heard.append)
    await listening.open()
    running = asyncio.create_task(listening.run())
    try:
        yield Port(listening.port, house, heard)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        listening.close()


async def test_an_editor_debugs_the_service_and_leaves_it_running(tmp_path: Path) -> None:
    async with target(tmp_path, DOUBLES) as app, port(app) as here:
        await app.answered("ready")
        ide = await (await here.ide(app.file, LINE)).attach()
        await app.say("4")
        one, frames = await ide.stands()
        assert (frames[0]["name"], frames[0]["line"]) == ("double", LINE)
        assert (await one.ask("evaluate", expression="text", frameId=frames[0]["id"]))["result"] == "'4\\n'"
        await ide.ask("disconnect")
        await app.answered("8")
        await ide.close()
        assert [one.what for one in here.heard][:3] == [Happened.OPEN, Happened.CAME, Happened.ATTACHED]
        await here.hears(Happened.LEFT)


async def test_the_editor_needs_no_path_mappings_of_its_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    pair = Pair(host=str(mine), there=str(tmp_path), why="")
    async with target(tmp_path, DOUBLES) as app, port(app, pairs=(pair,)) as here:
        await app.answered("ready")
        (mine / "app.py").write_text(app.file.read_text())
        ide = await (await here.ide(mine / "app.py", LINE)).attach()
        await app.say("4")
        _, frames = await ide.stands()
        assert frames[0]["source"]["path"] == str(mine / "app.py")
        await ide.close()
        await app.answered("8")


async def test_children_are_reached_through_the_same_port(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text("def double(text):\n    result = int(text) * 2\n    return result\n")
    async with target(tmp_path, FORKS) as app, port(app) as here:
        await app.answered("ready")
        ide = await (await here.ide(tmp_path / "child.py", 2)).attach()
        for number in (3, 5):
            await app.say(str(number))
            one, frames = await ide.stands()
            assert one is not ide and frames[0]["line"] == 2
            await one.ask("continue", threadId=1)
            await app.answered(str(number * 2))
        await ide.close()


async def test_all_processes_of_a_service_are_attached_to(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with (
        target(tmp_path / "one", DOUBLES) as one,
        target(tmp_path / "two", DOUBLES) as two,
        port(one, two) as here,
    ):
        for app in (one, two):
            await app.answered("ready")
        ide = await (await here.ide(two.file, LINE, asks=True)).attach()
        await here.hears(Happened.ATTACHED, 2)
        await two.say("4")
        child, frames = await ide.stands()
        assert child is not ide and frames[0]["source"]["path"] == str(two.file)
        await ide.close()
        await two.answered("8")


async def test_a_second_editor_is_told_who_has_the_service(tmp_path: Path) -> None:
    async with target(tmp_path, DOUBLES) as app, port(app) as here:
        await app.answered("ready")
        first = await (await here.ide()).attach()
        second = await here.ide()
        with pytest.raises(Refused, match=r"^api is debugged by 127\.0\.0\.1:\d+ already; devbox lets in one"):
            await second.attach()
        await second.close()
        await first.ask("disconnect")
        await first.close()
        await here.hears(Happened.LEFT)
        third = await (await here.ide()).attach()
        await third.close()


async def test_an_editor_is_told_to_come_back_and_waits_for_the_process_that_comes(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    async with target(tmp_path / "old", DOUBLES) as old, port(old) as here:
        await old.answered("ready")
        ide = await (await here.ide()).attach()
        here.house.move_in()
        old.kill()
        assert await ide.event("terminated") == {"restart": True}
        await ide.close()
        again = await here.ide(tmp_path / "new" / "app.py", LINE)
        attaching = asyncio.create_task(again.attach())
        await here.hears(Happened.CAME, 2)
        async with target(tmp_path / "new", DOUBLES) as new:
            await new.answered("ready")
            assert not attaching.done()
            here.house.move_in(new)
            await attaching
            await new.say("4")
            await again.stands()
            await again.close()


async def test_a_process_that_stands_goes_on_when_its_editor_vanishes(tmp_path: Path) -> None:
    async with target(tmp_path, DOUBLES) as app, port(app) as here:
        await app.answered("ready")
        ide = await (await here.ide(app.file, LINE)).attach()
        await app.say("4")
        await ide.stands()
        await ide.close()
        await app.answered("8")


async def test_a_process_that_stands_goes_on_when_devbox_ends(tmp_path: Path) -> None:
    async with target(tmp_path, DOUBLES) as app:
        async with port(app) as here:
            await app.answered("ready")
            ide = await (await here.ide(app.file, LINE)).attach()
            await app.say("4")
            await ide.stands()
        await app.answered("8")
        await ide.close()


async def test_why_nobody_gets_in_is_what_the_editor_shows() -> None:
    async with port() as here:
        here.house.refusal = "No debugger gets into api-1."
        ide = await here.ide()
        with pytest.raises(Refused, match="No debugger gets into api-1"):
            await ide.attach()
        await ide.close()
        assert (await here.hears(Happened.REFUSED)).text == "No debugger gets into api-1."


async def test_who_gives_up_waiting_leaves_the_place_to_others(tmp_path: Path) -> None:
    async with target(tmp_path, DOUBLES) as app, port() as here:
        await app.answered("ready")
        ide = await here.ide()
        attaching = asyncio.create_task(ide.attach())
        await here.hears(Happened.CAME)
        await ide.ask("disconnect")
        await here.hears(Happened.LEFT)
        attaching.cancel()
        await ide.close()
        here.house.move_in(app)
        other = await (await here.ide()).attach()
        await other.close()


async def test_what_is_no_editor_changes_nothing(tmp_path: Path) -> None:
    async with target(tmp_path, DOUBLES) as app, port(app) as here:
        await app.answered("ready")
        for said in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 9000, b"Content-Length: 2\r\n\r\n{}", b""):
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(said)
            writer.write_eof()
            await reader.read()
            writer.close()
        ide = await (await here.ide()).attach()
        await ide.close()


async def test_a_service_has_the_same_port_each_time_and_another_where_it_is_taken() -> None:
    project = secrets.token_hex(4)  # no other test has its port
    async with port(project=project) as first:
        assert first.port == own_port(project, "api")
        async with port(project=project) as second:
            assert second.port != first.port
            assert second.heard[0].text == f"its own port {first.port} is taken"
    async with port(project=project) as again:
        assert again.port == first.port


async def test_a_port_that_was_named_and_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(DevboxError, match=f"^127.0.0.1:{number} is taken by another program"):
            await Listening("p", "api", "127.0.0.1", number, House(), lambda heard: None).open()
