"""Fixtures for all tests: the engines, an image that needs no registry, and projects that leave nothing behind."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from devbox.errors import NoEngine
from devbox.ports import Engine
from tests.fakes import FakeEngine
from tests.real import IMAGE, make_image, remove_project, sdk

# The same examples each time, and no verdict by the clock: a busy machine is no fault.
settings.register_profile("here", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
SHARED = ("tests/stack/prod/", "tests/stack/", "tests/parity/")
"""Folders whose tests share what they bring up, and go to one process; all others are given out by file."""
FIRST = (
    "tests/stack/prod/", "tests/stack/", "tests/parity/", "tests/sync_random/", "tests/scenarios/", "tests/program/",
    "tests/debug/", "tests/tui/", "tests/tui_panes/", "tests/engine/", "tests/session/", "tests/hardening/",
)  # fmt: skip
"""What takes longest is begun first, so that where processes run side by side none is waited for in the end."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    items.sort(key=lambda item: FIRST.index(_folder(item.nodeid, FIRST)) if _folder(item.nodeid, FIRST) else len(FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One process runs all tests that share something."""
    from xdist.scheduler import LoadScopeScheduling

    class ByWhatIsShared(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _folder(nodeid, SHARED) or nodeid.partition("::")[0]

    return ByWhatIsShared(config, log)


def _folder(nodeid: str, folders: Sequence[str]) -> str:
    """The first of these folders that the test lies in, "" for none."""
    return next((folder for folder in folders if nodeid.startswith(folder)), "")


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.engine)])
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Both engines in turn: a test that takes `engine` runs on each."""
    return str(request.param)


@pytest.fixture
async def engine(engine_kind: str, request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    """An engine that has the image devbox-test/busybox, the fake and the real one in turn."""
    if engine_kind == "fake":
        fake = FakeEngine(images=[IMAGE])
        yield fake
        await fake.close()
        return
    request.getfixturevalue("busybox")
    async for real in connected():
        yield real


@pytest.fixture
async def real_engine(busybox: str) -> AsyncIterator[Engine]:
    """The engine of this machine; without one the test fails."""
    async for real in connected():
        yield real


async def connected() -> AsyncIterator[Engine]:
    from devbox.adapters.connect import connect

    try:
        engine = await connect("", os.environ)
    except NoEngine as error:
        pytest.fail(f"the tests need a Docker Engine: {error}")
    yield engine
    await engine.close()


@pytest.fixture
def fake_engine() -> FakeEngine:
    return FakeEngine(images=[IMAGE])


@pytest.fixture(scope="session")
def busybox() -> str:
    """The image devbox-test/busybox:latest, made from the distribution's static busybox."""
    with sdk() as client:
        make_image(client)
    return IMAGE


@pytest.fixture
def project_name() -> Iterator[str]:
    """A project name of this test's own; what bears its label in the real engine is removed afterwards."""
    name = f"dbt-{secrets.token_hex(4)}"
    yield name
    remove_project(name)
