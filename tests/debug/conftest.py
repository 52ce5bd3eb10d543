"""Debugged programs, each of one test: debugpy's adapter does not outlive every way of leaving it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.debug.app import APP
from tests.debug.target import Target, target
from tests.debug.world import World


@pytest.fixture
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    async with target(tmp_path_factory.mktemp("program"), APP) as found:
        await found.answered("ready")
        yield found


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[Target]:
    """A second one, to be killed."""
    async with target(tmp_path, APP) as found:
        await found.answered("ready")
        yield found


@pytest.fixture
async def world(app: Target, tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(tmp_path, app) as found:
        await found.attached()
        yield found


@pytest.fixture
async def doomed(mortal: Target, tmp_path: Path) -> AsyncIterator[World]:
    """The debugger in that one."""
    async with World.open(tmp_path, mortal) as found:
        await found.attached()
        yield found
