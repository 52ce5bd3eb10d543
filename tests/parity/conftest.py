"""Each stack made twice from the same files, once by Compose and once by devbox; looked at, and removed."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.parity.making import COMPOSE, DEVBOX, Made, Maker
from tests.real import IMAGE, remove_project, sdk

STACKS = Path(__file__).parent / "stacks"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/parity" in str(item.path):
            item.add_marker(pytest.mark.engine)


@pytest.fixture(scope="session")
def maker(busybox: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Makes stacks in a copy of their folder, beside things that belong to no project."""
    tag = f"dbt-{secrets.token_hex(4)}"
    folder = tmp_path_factory.mktemp("parity")
    shutil.copytree(STACKS, folder, dirs_exist_ok=True)
    with sdk() as client, contextlib.ExitStack() as undo:
        network = client.networks.create(f"{tag}-outside")
        undo.callback(network.remove)
        volume = client.volumes.create(f"{tag}-outside")
        undo.callback(volume.remove)
        container = client.containers.create(IMAGE, "true", name=f"{tag}-outside")
        undo.callback(container.remove, force=True)
        yield Maker(client, folder, tag)


@pytest.fixture(scope="session")
def both(maker: Maker) -> Callable[[str], tuple[Made, Made]]:
    """What Compose and what devbox make of a stack; each stack is made once a run."""

    @cache
    def made(stack: str) -> tuple[Made, Made]:
        found = []
        for program in (COMPOSE, DEVBOX):
            try:
                found.append(maker.make(program, stack, "up", "--no-start"))
            finally:
                remove_project(maker.project(stack))
        return found[0], found[1]

    return made
