"""A world for each test of the verbs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hardening.world import HardeningWorld, service


@pytest.fixture
def world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> HardeningWorld:
    """A hardened service, api, and one whose root file system is writable, db; no scanner is installed."""
    made = HardeningWorld(folder=tmp_path, capsys=capsys)
    made.write(f"name: shop\nservices:\n{service('')}{service('read_only: false', 'db')}")
    return made
