"""A world for each test of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.world import TWO, World


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> World:
    """The project shop (api depends on db) in a folder of its own, over an empty fake engine."""
    made = World(folder=tmp_path, capsys=capsys)
    made.write(TWO)
    return made
