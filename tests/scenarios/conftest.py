"""A stack of its own for each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.ports import Engine
from tests.scenarios.attaching import Attaching
from tests.scenarios.stack import Stack
from tests.stack.stack import images


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/scenarios" in str(item.path):
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def python_image() -> str:
    """The reference stack's Python, as it is to be had here."""
    return images().get("PYTHON_IMAGE", "python:3.11-slim-bookworm")


@pytest.fixture
def attaching(stack: Stack, python_image: str) -> Attaching:
    return Attaching(stack, python_image)


@pytest.fixture
def stack(real_engine: Engine, project_name: str, tmp_path: Path) -> Iterator[Stack]:
    found = Stack(project_name, tmp_path, real_engine)
    yield found
    found.tell()
