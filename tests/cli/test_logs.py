"""`devbox logs`."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from devbox.cli.follow import follow
from devbox.cli.history import Window
from devbox.cli.logline import Printer, readable
from devbox.errors import EngineError, EngineLost
from devbox.logs.line import LogLine
from devbox.plan.observed import Container, RunState
from tests.cli.world import World
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.fakes import FakeEngine


@pytest.fixture
def talking(world: World) -> World:
    """api and db, each having said two things, in turns."""
    world.given("api", "db")
    for second, (service, text) in enumerate([("api", "one"), ("db", "two"), ("api", "three"), ("db", "four")]):
        world.engine.print(f"shop-{service}-1", text, at=1000.0 + second)
    return world


def test_services_are_merged_by_time(talking: World) -> None:
    said = talking.run("logs")
    assert said.code == 0
    assert [line.split(" | ")[1] for line in said.out.splitlines()] == ["one", "two", "three", "four"]


def test_each_line_names_its_container(talking: World) -> None:
    assert [line.split()[0] for line in talking.run("logs").out.splitlines()] == ["api-1", "db-1", "api-1", "db-1"]


def test_a_container_whose_output_cannot_be_read_is_told_of_beside_the_others(
    talking: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = talking.engine.logs

    async def refused() -> AsyncIterator[list[LogLine]]:
        raise EngineError("db cannot be read.", hint="Change its driver.", status=501)
        yield []

    def some(container: Container, **window: Any) -> AsyncIterator[list[LogLine]]:
        return refused() if container.service == "db" else logs(container, **window)

    monkeypatch.setattr(talking.engine, "logs", some)
    said = talking.run("logs", "--no-log-prefix")
    assert (said.code, said.out, said.err) == (0, "one\nthree\n", "db cannot be read.\nChange its driver.\n")
    alone = talking.run("logs", "db")
    assert (alone.code, alone.err) == (1, "error: db cannot be read.\n  Change its driver.\n")


def test_only_the_services_named(talking: World) -> None:
    assert talking.run("logs", "--no-log-prefix", "db").out == "two\nfour\n"


def test_tail_counts_for_each_container(talking: World) -> None:
    assert talking.run("logs", "--no-log-prefix", "--tail", "1").out == "three\nfour\n"


def test_since_and_until_cut_the_history(talking: World) -> None:
    window = ("--since", "1970-01-01T00:16:41Z", "--until", "1970-01-01T00:16:42Z")
    assert talking.run("logs", "--no-log-prefix", *window).out == "two\nthree\n"


@pytest.mark.parametrize("off", [60.0, -60.0])
def test_a_span_of_time_goes_back_from_the_engines_now(talking: World, off: float) -> None:
    talking.now, talking.engine.ahead = lambda: 1005.0 + off, -off
    assert talking.run("logs", "--no-log-prefix", "--since", "4s").out == "two\nthree\nfour\n"


def test_timestamps_are_in_utc(talking: World) -> None:
    assert (
        talking.run("logs", "-t", "--no-log-prefix", "--tail", "1", "api").out
        == "1970-01-01T00:16:42.000000000Z three\n"
    )


def test_json_is_an_object_a_line(talking: World) -> None:
    import json

    first = json.loads(talking.run("logs", "--json").out.splitlines()[0])
    assert first["service"] == "api"
    assert first["text"] == "one"
    assert first["stream"] == "stdout"


@pytest.mark.parametrize("given", ["yesterday", "1x", ""])
def test_a_time_that_is_none_is_a_usage_error(world: World, given: str) -> None:
    assert world.run("logs", "--since", given).code == 2


def test_a_pipe_gets_the_text_as_it_was_printed(world: World) -> None:
    world.given("api")
    world.engine.print("shop-api-1", "\x1b[31mred\x1b[0m [/b]", at=1000.0)
    assert world.run("logs", "--no-log-prefix").out == "\x1b[31mred\x1b[0m [/b]\n"


def test_a_terminal_never_gets_control_characters() -> None:
    assert readable("\x1b[2Jgone\x07\ttab\r") == "gone\ufffd\ttab"


class Following:
    """`logs -f` at work in the test's own loop; what it printed is `text`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, engine: FakeEngine, *services: str) -> None:
        self.engine = engine
        self.out = io.StringIO()
        monkeypatch.setattr("sys.stdout", self.out)
        printer = Printer(project="shop", known=["api", "db"], colour=False, prefix=False, times=False, json=False)
        self.task = asyncio.ensure_future(follow(engine, "shop", frozenset(services), 0, Window(), printer))

    @property
    def lines(self) -> list[str]:
        return self.out.getvalue().splitlines()

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def started(engine: FakeEngine, service: str) -> str:
    made = await engine.create_container(spec("shop", service))
    await engine.start(made)
    return made


async def test_following_prints_history_and_then_what_comes(
    monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine
) -> None:
    api = await started(fake_engine, "api")
    fake_engine.print(api, "before", at=1000.0)
    following = Following(monkeypatch, fake_engine)
    await eventually(lambda: following.lines == ["before"])
    await eventually(lambda: fake_engine.named(api).followers)
    fake_engine.print(api, "after")
    await eventually(lambda: following.lines == ["before", "after"])
    await following.end()


async def test_following_goes_on_after_a_restart(monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine) -> None:
    api = await started(fake_engine, "api")
    following = Following(monkeypatch, fake_engine)
    await eventually(lambda: fake_engine.named(api).followers)
    fake_engine.print(api, "first life")
    await eventually(lambda: following.lines == ["first life"])
    await fake_engine.stop(api)
    await eventually(lambda: not fake_engine.named(api).followers)
    await fake_engine.start(api)
    await eventually(lambda: fake_engine.named(api).followers)
    fake_engine.print(api, "second life")
    await eventually(lambda: following.lines == ["first life", "second life"])
    await following.end()


async def test_following_takes_up_the_container_that_replaces_one(
    monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine
) -> None:
    old = await started(fake_engine, "api")
    following = Following(monkeypatch, fake_engine)
    await eventually(lambda: fake_engine.named(old).followers)
    await fake_engine.remove(old, force=True)
    new = await started(fake_engine, "api")
    await eventually(lambda: fake_engine.named(new).followers)
    fake_engine.print(new, "hello from the new one")
    await eventually(lambda: following.lines == ["hello from the new one"])
    await following.end()


async def test_following_leaves_other_services_alone(monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine) -> None:
    api, db = await started(fake_engine, "api"), await started(fake_engine, "db")
    following = Following(monkeypatch, fake_engine, "db")
    await eventually(lambda: fake_engine.named(db).followers)
    fake_engine.print(api, "not asked for")
    fake_engine.print(db, "asked for")
    await eventually(lambda: following.lines == ["asked for"])
    await following.end()


async def test_following_closes_its_streams_when_interrupted(
    monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine
) -> None:
    api = await started(fake_engine, "api")
    following = Following(monkeypatch, fake_engine)
    await eventually(lambda: fake_engine.named(api).followers)
    await following.end()
    assert fake_engine.named(api).state is RunState.RUNNING
    assert not fake_engine.named(api).followers
    assert not fake_engine.listeners


async def test_following_ends_with_the_engine(monkeypatch: pytest.MonkeyPatch, fake_engine: FakeEngine) -> None:
    api = await started(fake_engine, "api")
    following = Following(monkeypatch, fake_engine)
    await eventually(lambda: fake_engine.named(api).followers)
    fake_engine.lose()
    with pytest.raises(EngineLost):
        await asyncio.wait_for(following.task, 5)
