"""The stacks of these tests: each is brought up once, shared, and removed with its volumes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.real import sdk
from tests.stack.stack import Stack, copy_of_the_stack, running, unwatched


@pytest.fixture(scope="session")
def client() -> Iterator[docker.DockerClient]:
    with sdk() as client:
        yield client


@pytest.fixture(scope="session")
def image_variables() -> dict[str, str]:
    """The images to be had, and no monitoring: only its own tests want it."""
    return unwatched()


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference stack that may be changed."""
    return copy_of_the_stack(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="session")
def stage(copied: Path, image_variables: dict[str, str], client: docker.DockerClient) -> Iterator[Stack]:
    with running("stage", copied, image_variables, client) as stack:
        yield stack
