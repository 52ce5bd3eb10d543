"""Debugged programs: one for a whole module, or one of the test's own, to be killed."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.debug.app import APP
from tests.debug.target import Target, target
from tests.debug.world import World


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """One process for all tests that leave it as it is: whoever debugs it goes, and it goes on."""
    found = Target(tmp_path_factory.mktemp("program"), APP)
    yield found
    found.close()


@pytest.fixture
async def app(program: Target) -> Target:
    word = secrets.token_hex(4)
    await program.say(f"say {word}")
    await program.answered(word)
    return program


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[Target]:
    """A process of the test's own, to be killed."""
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
