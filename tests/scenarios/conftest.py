"""A stack of its own for each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.ports import Engine
from tests.scenarios.stack import Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/scenarios" in str(item.path):
            item.add_marker(pytest.mark.engine)


@pytest.fixture
def stack(real_engine: Engine, project_name: str, tmp_path: Path) -> Iterator[Stack]:
    found = Stack(project_name, tmp_path, real_engine)
    yield found
    found.tell()
