"""The contract's third engine: the real one over TCP, to which devbox speaks by other means than to a local one."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Iterator

import pytest

from devbox.adapters.connect import connect
from devbox.ports import Engine
from tests.engine.proxy import served, through
from tests.fakes import FakeEngine
from tests.real import IMAGE


@pytest.fixture
def far() -> Iterator[str]:
    """The real engine's address by TCP."""

    def serve(client: socket.socket) -> None:
        with client:
            through(client)

    with served(serve) as port:
        yield f"tcp://127.0.0.1:{port}"


@pytest.fixture(
    params=["fake", pytest.param("real", marks=pytest.mark.engine), pytest.param("far", marks=pytest.mark.engine)]
)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """All engines in turn: a test that takes `engine` runs on each."""
    return str(request.param)


@pytest.fixture
async def engine(engine_kind: str, request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """An engine that has the image devbox-test/busybox."""
    if engine_kind == "fake":
        found: Engine = FakeEngine(images=[IMAGE])
    else:
        request.getfixturevalue("busybox")
        host = {"DOCKER_HOST": request.getfixturevalue("far")} if engine_kind == "far" else {}
        found = await connect("", {**os.environ, **host})
    yield found
    await found.close()
