"""A world for each test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shop import opened
from tests.cli.world import TWO, World


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """The project shop (api depends on db) in a folder of its own, over an empty fake engine."""
    made = World(folder=tmp_path, capsys=capsys)
    made.write(TWO)
    return made


@pytest.fixture
def shop(world: World) -> World:
    """dev with passwords in its file; stage and prod with files of their own, which are not there yet."""
    return opened(world)


@pytest.fixture
def up(world: World) -> World:
    """The shop, brought up."""
    assert world.run("up", "-d").code == 0
    return world
