"""prod, which shares nothing with the other environments: its tests run beside theirs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from tests.real import remove_project
from tests.stack.production import Production
from tests.stack.stack import Stack, make_secrets


@pytest.fixture(scope="package")
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
