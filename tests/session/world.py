"""A project in a folder and a session on it, on whichever engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from time import time
from typing import Any

from devbox.adapters.files import LocalFiles
from devbox.adapters.host_tree import HostTree
from devbox.adapters.kit import InstalledKit
from devbox.adapters.ledger_files import LocalLedgers
from devbox.adapters.secret_files import LocalSecretFiles
from devbox.compose.request import LoadRequest
from devbox.plan.observed import RunState
from devbox.ports import BuildRequest, Engine, Kept, Outside, Sources
from devbox.session.session import Session
from devbox.session.state import Connected
from devbox.settings import Settings
from tests.eventually import eventually
from tests.memory import Memory

FILE = """
name: {project}
services:
  api:
    image: devbox-test/busybox:latest
  db:
    image: devbox-test/busybox:latest
"""


def written(folder: Path, project: str, text: str = FILE) -> Path:
    """The folder with one Compose file."""
    (folder / "compose.yaml").write_text(text.format(project=project))
    return folder


class NoBuilder:
    def build(self, request: BuildRequest) -> Any:
        raise AssertionError("nothing is built here")


def outside(
    engine: Engine,
    folder: Path,
    *,
    connect: Callable[[str], Any] | None = None,
    environ: Mapping[str, str] | None = None,
    sources: Callable[[], Sources] = HostTree,
    kept: Kept | None = None,
) -> Outside:
    async def given(context: str) -> Engine:
        await engine.info()
        return engine

    def no_host(context: str) -> Any:
        raise AssertionError("the machine is not touched here")

    return Outside(
        environ=environ or {},
        cwd=str(folder),
        settings=Settings(),
        files=LocalFiles(),
        secrets=LocalSecretFiles,
        connect=connect or given,
        builder=lambda engine: NoBuilder(),
        sources=sources,
        kept=lambda: kept or Memory(),
        kit=InstalledKit,
        ledgers=lambda: LocalLedgers({"XDG_STATE_HOME": str(folder / "state")}),
        host=no_host,
        now=time,
    )


@asynccontextmanager
async def opened(engine: Engine, folder: Path, environment: str = "", **more: Any) -> AsyncIterator[Session]:
    """A session that has seen its engine."""
    world = outside(engine, folder, **more)
    async with Session.open(world, LoadRequest(cwd=str(folder), environ=world.environ), environment) as session:
        await eventually(lambda: isinstance(session.store.state.connection, Connected))
        yield session


def states(session: Session, service: str) -> list[RunState]:
    row = session.store.state.row(service)
    return [container.state for container in row.containers] if row else []


def log(session: Session, service: str) -> list[str]:
    buffer = session.logs.buffer(service)
    return [line.text for line in buffer.slice(buffer.first, buffer.end)]
