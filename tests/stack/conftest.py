"""The stacks of these tests: each is brought up once, shared, and removed with its volumes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from tests.real import remove_project, sdk
from tests.stack.production import Production
from tests.stack.stack import Stack, copy_of_the_stack, make_secrets, unwatched


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
def dev(copied: Path, image_variables: dict[str, str], client: docker.DockerClient) -> Iterator[Stack]:
    with _running("dev", copied, image_variables, client) as stack:
        yield stack


@pytest.fixture(scope="session")
def stage(copied: Path, image_variables: dict[str, str], client: docker.DockerClient) -> Iterator[Stack]:
    with _running("stage", copied, image_variables, client) as stack:
        yield stack


@pytest.fixture(scope="session")
def prod(copied: Path, image_variables: dict[str, str], client: docker.DockerClient) -> Iterator[Production]:
    """On the image of stage, which is built if it is not there yet."""
    make_secrets(copied, "prod")
    variables = {
        **image_variables,
        "APP_IMAGE": os.environ.get("APP_IMAGE", "dbt-jobs"),
        "APP_TAG": "stage",
        "PROXY_PORT": "",
        "WORKERS": "1",
    }
    project = f"dbt-prod-{secrets.token_hex(3)}"
    stack = Production(folder=copied, environment="prod", project=project, variables=variables, client=client)
    try:
        Stack.devbox(replace(stack, environment="stage"), "build", "api")
        stack.up()
        yield stack
    finally:
        remove_project(stack.project)


@contextmanager
def _running(
    environment: str, folder: Path, image_variables: dict[str, str], client: docker.DockerClient
) -> Iterator[Stack]:
    ports = {"API_PORT": "", "POSTGRES_PORT": "", "REDIS_PORT": "", "MAILBOX_PORT": ""}
    pace = {"RETRY_DELAY": "0.1", "STOP_GRACE": "2"}
    stack = Stack(
        folder=folder,
        environment=environment,
        project=f"dbt-{environment}-{secrets.token_hex(3)}",
        variables={**image_variables, **ports, **pace, "APP_IMAGE": os.environ.get("APP_IMAGE", "dbt-jobs")},
        client=client,
    )
    try:
        stack.devbox("secrets", "init")
        stack.up()
        yield stack
    finally:
        remove_project(stack.project)
