"""dev, and stage beside it where they are compared; dev is gone before the other tests of stage go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.stack.stack import Stack, running


@pytest.fixture(scope="package")
def dev(copied: Path, image_variables: dict[str, str], client: docker.DockerClient) -> Iterator[Stack]:
    with running("dev", copied, image_variables, client) as stack:
        yield stack
