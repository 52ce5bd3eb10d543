"""A session keeps containers like the files that rules of develop.watch name."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from devbox.adapters.connect import connect
from devbox.adapters.host_tree import HostTree
from devbox.errors import DevboxError
from devbox.plan.commands import Up
from devbox.ports import Changes, Engine
from devbox.session.session import Session
from devbox.session.syncing import WatchPhase
from tests.eventually import eventually
from tests.real import IMAGE
from tests.session.cuttable import cuttable
from tests.session.test_session import ended
from tests.session.world import log, opened, written

pytestmark = pytest.mark.engine

FILE = f"""
name: {{project}}
services:
  api:
    image: {IMAGE}
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    network_mode: none
    develop:
      watch: [{{{{action: sync, path: ./src, target: /app, x-devbox: {{{{reload: {{{{exec: ["true"]}}}}}}}}}}}}]
"""
PROTECTED = """
environments:
  prod: {{files: [compose.yaml], project: {project}, protected: true}}
"""


@asynccontextmanager
async def running(
    engine: Engine, folder: Path, project: str, environment: str = "", file: str = FILE, **more: Any
) -> AsyncIterator[Session]:
    (folder / "src").mkdir()
    async with opened(engine, written(folder, project, file), environment, **more) as session:
        session.logs.show(["api"])
        await ended(session, session.command(Up()))
        yield session


async def content(engine: Engine, session: Session) -> str:
    row = session.store.state.row("api")
    assert row is not None
    return (await engine.exec(row.containers[0].id, ["cat", "/app/main.py"])).output


async def phase(session: Session, wanted: WatchPhase) -> None:
    await eventually(lambda: session.store.state.sync.phase is wanted, timeout=30)


async def test_a_save_is_there_and_told_in_state_and_log(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with running(real_engine, tmp_path, project_name) as session:
        await phase(session, WatchPhase.WATCHING)
        await eventually(lambda: "api" in session.store.state.sync.services, timeout=30)
        (tmp_path / "src" / "main.py").write_text("one")
        await eventually(lambda: any("reloaded: 1 file in" in line for line in log(session, "api")), timeout=30)
        told = session.store.state.sync.services["api"]
        assert [batch.what for batch in told.batches] == ["synced", "reload (true)"]
        assert told.reloaded
        assert await content(real_engine, session) == "one"


async def test_what_is_saved_in_a_pause_follows_when_it_ends(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with running(real_engine, tmp_path, project_name) as session:
        await phase(session, WatchPhase.WATCHING)
        await eventually(lambda: "api" in session.store.state.sync.services, timeout=30)
        session.watching.turn(False)
        await phase(session, WatchPhase.PAUSED)
        (tmp_path / "src" / "main.py").write_text("two")
        session.watching.turn(True)

        async def there() -> bool:
            return await content(real_engine, session) == "two"

        await eventually(there, timeout=30)


async def test_a_protected_environment_is_watched_only_when_asked(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    (tmp_path / "devbox.yaml").write_text(PROTECTED.format(project=project_name))
    async with running(real_engine, tmp_path, project_name, "prod") as session:
        await phase(session, WatchPhase.PAUSED)
        session.watching.turn(True)
        await phase(session, WatchPhase.WATCHING)


async def test_the_log_tells_once_what_is_tried_again_and_again(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    file = FILE.replace("network_mode: none", "network_mode: none\n    read_only: true")
    async with running(real_engine, tmp_path, project_name, file=file) as session:
        await phase(session, WatchPhase.WATCHING)
        await eventually(lambda: "api" in session.store.state.sync.services, timeout=30)
        (tmp_path / "src" / "main.py").write_text("one")

        def next_attempt() -> float:
            return max((one.again for one in session.store.state.sync.services["api"].failures.values()), default=0)

        await eventually(next_attempt, timeout=30)
        first = next_attempt()
        await eventually(lambda: next_attempt() > first, timeout=30)
        told = [line for line in log(session, "api") if "not synced" in line]
        assert told == ["not synced: /app is on a read-only file system."]


async def test_a_reload_that_was_owed_when_watching_was_paused_follows_when_it_goes_on(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    bound = FILE.replace("    develop:", "    volumes: [./src:/app]\n    develop:")
    async with running(real_engine, tmp_path, project_name, file=bound) as session:
        await phase(session, WatchPhase.WATCHING)
        await eventually(lambda: "api" in session.store.state.sync.services, timeout=30)
        row = session.store.state.row("api")
        assert row is not None
        await real_engine.pause(row.containers[0].id)
        (tmp_path / "src" / "main.py").write_text("one")
        await eventually(lambda: session.store.state.sync.services["api"].failures, timeout=30)
        session.watching.turn(False)
        await phase(session, WatchPhase.PAUSED)
        await real_engine.unpause(row.containers[0].id)
        session.watching.turn(True)
        await eventually(lambda: session.store.state.sync.services["api"].reloaded, timeout=30)


class Overrun(HostTree):
    """A machine whose kernel had no room for what it had to tell."""

    async def changes(self, roots: Sequence[str]) -> AsyncGenerator[Changes, None]:
        async with aclosing(super().changes(roots)) as batches:
            async for batch in batches:
                yield Changes(lost=True) if batch.paths else batch


async def test_what_the_kernel_did_not_tell_is_looked_for(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with running(real_engine, tmp_path, project_name, sources=Overrun) as session:
        await phase(session, WatchPhase.WATCHING)
        await eventually(lambda: "api" in session.store.state.sync.services, timeout=30)
        (tmp_path / "src" / "main.py").write_text("one")

        async def there() -> bool:
            return await content(real_engine, session) == "one"

        await eventually(there, timeout=30)


class Exhausted(HostTree):
    """A machine that watches no more files."""

    async def changes(self, roots: Sequence[str]) -> AsyncGenerator[Changes, None]:
        raise DevboxError("Files cannot be watched: no space left.", hint="sysctl fs.inotify.max_user_watches")
        yield Changes()


async def test_a_machine_that_watches_no_more_files_is_told_and_the_session_goes_on(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with running(real_engine, tmp_path, project_name, sources=Exhausted) as session:
        await phase(session, WatchPhase.FAILED)
        sync = session.store.state.sync
        assert (sync.error, sync.hint) == (
            "Files cannot be watched: no space left.",
            "sysctl fs.inotify.max_user_watches",
        )
        assert len(await session.watching.verify()) == 1


async def test_what_is_saved_while_the_engine_is_away_follows_when_it_is_back(
    real_engine: Engine, project_name: str, tmp_path: Path
) -> None:
    async with cuttable(tmp_path) as proxy:

        async def through_the_proxy(context: str) -> Engine:
            return await connect("", {"DOCKER_HOST": proxy.url})

        async with running(real_engine, tmp_path, project_name, connect=through_the_proxy) as session:
            await phase(session, WatchPhase.WATCHING)
            await eventually(lambda: "api" in session.store.state.sync.services, timeout=30)
            await proxy.cut()
            await phase(session, WatchPhase.AWAY)
            (tmp_path / "src" / "main.py").write_text("three")
            await proxy.mend()
            session.retry()

            async def there() -> bool:
                return await content(real_engine, session) == "three"

            await eventually(there, timeout=30)
