"""Logs follow the service."""

from __future__ import annotations

from pathlib import Path

import pytest

from devbox.errors import EngineError
from devbox.ports import Engine
from devbox.session.state import Connected, Lost
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.session.world import log, opened, written

COUNTING = ("sh", "-c", "trap 'exit 0' TERM; echo begin; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done")


def said(session: object, service: str) -> list[str]:
    """Without devbox's own lines."""
    return [text for text in log(session, service) if not text.startswith(("shop-", "dbt-"))]  # type: ignore[arg-type]


async def test_a_log_goes_on_after_a_restart_without_loss_or_repetition(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    id = await real_engine.create_container(spec(project_name, "api", COUNTING))
    await real_engine.start(id)
    async with opened(real_engine, written(tmp_path, project_name)) as session:
        session.logs.show(["api"])
        await eventually(lambda: "tick 5" in log(session, "api"))
        await real_engine.restart(id, timeout=0)
        await eventually(lambda: said(session, "api").count("tick 5") == 2)
        lines = said(session, "api")
        again = lines.index("begin", 1)
        assert lines[:again] == ["begin", *(f"tick {number}" for number in range(1, again))]
        assert lines[again : again + 4] == ["begin", "tick 1", "tick 2", "tick 3"]
        assert f"{project_name}-api-1 started again" in log(session, "api")


async def test_a_log_goes_on_in_the_container_that_replaces_the_first(
    engine: Engine, project_name: str, tmp_path: Path
) -> None:
    command = ("sh", "-c", "echo here; while :; do sleep 0.05; done")
    if isinstance(engine, FakeEngine):
        from tests.fakes import Behaviour

        engine.behave("api", Behaviour(lines=("here",)))
    first = await engine.create_container(spec(project_name, "api", command))
    await engine.start(first)
    async with opened(engine, written(tmp_path, project_name)) as session:
        session.logs.show(["api"])
        await eventually(lambda: said(session, "api") == ["here"])
        await engine.remove(first, force=True)
        await engine.start(await engine.create_container(spec(project_name, "api", command)))
        await eventually(lambda: said(session, "api") == ["here", "here"])
        assert f"{project_name}-api-1 recreated" in log(session, "api")


async def test_the_end_of_a_container_is_marked_with_its_exit_code(
    engine: Engine, project_name: str, tmp_path: Path
) -> None:
    id = await engine.create_container(spec(project_name, "api"))
    await engine.start(id)
    async with opened(engine, written(tmp_path, project_name)) as session:
        session.logs.show(["api"])
        await engine.kill(id)
        await eventually(lambda: f"{project_name}-api-1 exited with code 137" in log(session, "api"))


async def test_replicas_pasts_are_merged_by_time(fake_engine: FakeEngine, tmp_path: Path) -> None:
    for number in (1, 2):
        await fake_engine.start(await fake_engine.create_container(spec("shop", "api", number=number)))
    fake_engine.print("shop-api-1", "a", at=1.0)
    fake_engine.print("shop-api-2", "b", at=2.0)
    fake_engine.print("shop-api-1", "c", at=3.0)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        await eventually(lambda: log(session, "api") == ["a", "b", "c"])
        fake_engine.print("shop-api-2", "d")
        await eventually(lambda: log(session, "api") == ["a", "b", "c", "d"])


async def test_two_lines_of_one_moment_are_both_kept_when_the_log_is_resumed(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        fake_engine.print(id, "one", at=1000.0)
        fake_engine.print(id, "same", at=1000.0)
        await eventually(lambda: log(session, "api") == ["one", "same"])
        fake_engine.lose()
        await eventually(lambda: isinstance(session.store.state.connection, Lost))
        fake_engine.print(id, "same", at=1000.0)
        fake_engine.print(id, "two", at=1001.0)
        fake_engine.come_back()
        session.retry()
        await eventually(lambda: log(session, "api") == ["one", "same", "same", "two"])


async def test_a_lost_engine_loses_no_line_and_repeats_none(fake_engine: FakeEngine, tmp_path: Path) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        for number in range(50):
            fake_engine.print(id, f"{number}")
        await eventually(lambda: len(log(session, "api")) == 50)
        fake_engine.lose()
        await eventually(lambda: isinstance(session.store.state.connection, Lost))
        for number in range(50, 80):
            fake_engine.print(id, f"{number}")
        fake_engine.come_back()
        session.retry()
        await eventually(lambda: isinstance(session.store.state.connection, Connected))
        await eventually(lambda: log(session, "api") == [f"{number}" for number in range(80)])


async def test_only_shown_services_are_read_and_others_go_on_where_they_were(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    ids = [await fake_engine.create_container(spec("shop", name)) for name in ("api", "db")]
    for id in ids:
        await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        await eventually(lambda: fake_engine.named(ids[0]).followers)
        fake_engine.print(ids[0], "one")
        await eventually(lambda: log(session, "api") == ["one"])
        session.logs.show(["db"])
        await eventually(lambda: fake_engine.named(ids[1]).followers and not fake_engine.named(ids[0]).followers)
        fake_engine.print(ids[0], "two")
        session.logs.show(["api", "db"])
        await eventually(lambda: log(session, "api") == ["one", "two"])


async def test_a_service_is_read_for_a_moment_more_after_it_was_left(
    fake_engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await fake_engine.create_container(spec("shop", name)) for name in ("api", "db")]
    for id in ids:
        await fake_engine.start(id)
    monkeypatch.setattr("devbox.session.logs.LINGER", 1_000.0)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        await eventually(lambda: fake_engine.named(ids[0]).followers)
        session.logs.show(["db"])
        await eventually(lambda: fake_engine.named(ids[1]).followers)
        assert len(fake_engine.named(ids[0]).followers) == 1
        session.logs.show(["api"])
        fake_engine.print(ids[0], "one")
        await eventually(lambda: log(session, "api") == ["one"])
        assert len(fake_engine.named(ids[0]).followers) == 1


async def test_a_log_that_cannot_be_read_says_so_in_its_place(fake_engine: FakeEngine, tmp_path: Path) -> None:
    await fake_engine.start(await fake_engine.create_container(spec("shop", "api")))
    fake_engine.fail("logs", EngineError('The output cannot be read, its logging driver is "none".'))
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        await eventually(lambda: any('logging driver is "none"' in text for text in log(session, "api")))


async def test_listeners_are_told_of_new_lines(fake_engine: FakeEngine, tmp_path: Path) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        told: list[int] = []
        unsubscribe = session.logs.subscribe(lambda: told.append(session.logs.buffer("api").end))
        session.logs.show(["api"])
        fake_engine.print(id, "one")
        await eventually(lambda: told and told[-1] == 1)
        unsubscribe()


async def test_what_is_marked_while_nobody_reads_stands_in_its_place_once_somebody_does(
    fake_engine: FakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await fake_engine.create_container(spec("shop", "api"))
    await fake_engine.start(id)
    monkeypatch.setattr("devbox.session.logs.LINGER", 0.0)
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        session.logs.show(["api"])
        fake_engine.print(id, "one")
        await eventually(lambda: log(session, "api") == ["one"])
        session.logs.show([])
        await eventually(lambda: not fake_engine.named(id).followers)
        fake_engine.print(id, "two")
        session.logs.mark("api", "reloaded: 1 file in 41 ms")
        fake_engine.print(id, "three")
        session.logs.mark("api", "reloaded: 2 files in 40 ms")
        session.logs.show(["api"])
        marked = ["one", "two", "reloaded: 1 file in 41 ms", "three", "reloaded: 2 files in 40 ms"]
        await eventually(lambda: log(session, "api") == marked)
