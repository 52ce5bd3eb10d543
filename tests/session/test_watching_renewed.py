"""Rules that are changed while they are watched are taken up, and what was saved before is not forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from devbox.adapters.host_tree import HostTree
from devbox.plan.commands import Up
from devbox.ports import Changes, Engine, Sources
from devbox.session.session import Session
from devbox.session.syncing import WatchPhase
from tests.eventually import eventually
from tests.real import IMAGE
from tests.session.test_session import ended
from tests.session.world import opened, written

pytestmark = pytest.mark.engine

FILE = f"""
name: {{project}}
x-service: &service
  image: {IMAGE}
  command: [sleep, "1000"]
  stop_signal: SIGKILL
  network_mode: none
services:
  api:
    <<: *service
    build: .
    image: {IMAGE}
    pull_policy: never
    develop:
      watch: [{{{{action: sync, path: ./src, target: /app, x-devbox: {{{{reload: {{{{exec: ["true"]}}}}}}}}}}}}]
  worker:
    <<: *service
    develop:
      watch: [{{{{action: sync, path: ./jobs, target: /jobs}}}}]
"""


@asynccontextmanager
async def running(
    engine: Engine, folder: Path, project: str, sources: Callable[[], Sources] = HostTree
) -> AsyncIterator[Session]:
    for name in ("src", "jobs", "more"):
        (folder / name).mkdir()
    async with opened(engine, written(folder, project, FILE), sources=sources) as session:
        await ended(session, session.command(Up()))
        await eventually(lambda: session.store.state.sync.phase is WatchPhase.WATCHING, timeout=30)
        await eventually(lambda: {"api", "worker"} <= session.store.state.sync.services.keys(), timeout=30)
        yield session


async def has(
    engine: Engine,
    session: Session,
    service: str,
    path: str,
    text: str,
    *,
    save: Callable[[str], object] = lambda text: None,
) -> None:
    """Wait until a file of the service's container reads so; `save` is done again and again: it may come too early."""

    async def there() -> bool:
        save(text)
        row = session.store.state.row(service)
        if row is None or not row.containers:
            return False
        return (await engine.exec(row.containers[0].id, ["cat", path])).output == text

    await eventually(there, timeout=30)


def reloads(session: Session) -> int:
    return sum(one.what.startswith("reload") for one in session.store.state.sync.services["api"].batches)


async def test_a_rule_that_comes_is_watched_and_services_whose_rules_stay_are_left_in_peace(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with running(real_engine, tmp_path, project_name) as session:
        (tmp_path / "src" / "main.py").write_text("one")
        await eventually(lambda: reloads(session) == 1, timeout=30)
        written(tmp_path, project_name, FILE.replace("./jobs, target: /jobs", "./more, target: /more"))
        await has(real_engine, session, "worker", "/more/new.py", "a", save=(tmp_path / "more" / "new.py").write_text)
        (tmp_path / "src" / "other.py").write_text("b")
        await has(real_engine, session, "api", "/app/other.py", "b")
        await eventually(lambda: reloads(session) == 2, timeout=30)


async def test_what_was_saved_before_is_given_to_a_container_that_comes_after(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with running(real_engine, tmp_path, project_name) as session:
        (tmp_path / "src" / "main.py").write_text("one")
        await has(real_engine, session, "api", "/app/main.py", "one")
        written(tmp_path, project_name, FILE.replace("./jobs, target: /jobs", "./more, target: /more"))
        await eventually(lambda: session.store.state.offer, timeout=30)
        await ended(session, session.command(Up(services=("api",), force_recreate=True)))
        await has(real_engine, session, "api", "/app/main.py", "one")


async def test_a_dockerignore_that_is_saved_holds_at_once(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    (tmp_path / ".dockerignore").write_text("src/*.txt\n")
    async with running(real_engine, tmp_path, project_name) as session:
        (tmp_path / "src" / "a.txt").write_text("ignored")
        (tmp_path / "src" / "main.py").write_text("one")
        await has(real_engine, session, "api", "/app/main.py", "one")
        (tmp_path / ".dockerignore").write_text("nothing\n")
        await has(real_engine, session, "api", "/app/b.txt", "taken", save=(tmp_path / "src" / "b.txt").write_text)


def stormy(over: asyncio.Event) -> Callable[[], Sources]:
    """A machine on which every change belongs to a storm that goes on until `over`."""

    class Stormy(HostTree):
        async def changes(self, roots: Sequence[str]) -> AsyncGenerator[Changes, None]:
            async with aclosing(super().changes(roots)) as batches:
                async for batch in batches:
                    yield replace(batch, more=bool(batch.paths) and not over.is_set())

    return Stormy


async def test_a_rule_that_changes_in_a_storm_leaves_the_reload_for_what_came_of_it(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    over = asyncio.Event()
    async with running(real_engine, tmp_path, project_name, stormy(over)) as session:
        (tmp_path / "src" / "main.py").write_text("one")
        await has(real_engine, session, "api", "/app/main.py", "one")
        written(tmp_path, project_name, FILE.replace("target: /app", "target: /there"))
        await has(real_engine, session, "api", "/there/b.py", "b", save=(tmp_path / "src" / "b.py").write_text)
        assert reloads(session) == 0
        over.set()
        (tmp_path / "src" / "c.py").write_text("c")
        await eventually(lambda: reloads(session) == 1, timeout=30)
