"""Going back to the image before, and forward again, on the real engine."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from devbox.plan.commands import Down, Rollback, Up
from devbox.session.state import Phase
from tests.real import IMAGE, remove_project, sdk
from tests.scenarios.stack import Stack


@pytest.fixture
def versions(stack: Stack) -> Iterator[str]:
    """The name of an image that `build` makes versions of; all of them are removed."""
    name = f"{stack.name}-app:latest"
    yield name
    remove_project(stack.name)
    with sdk() as client:
        for image in client.api.images(filters={"label": f"dbt={stack.name}"}):
            client.api.remove_image(image["Id"], force=True)


def build(stack: Stack, name: str, version: str) -> None:
    dockerfile = f"FROM {IMAGE}\nENV VERSION={version}\nLABEL dbt={stack.name}\n"
    with sdk() as client:
        client.images.build(fileobj=io.BytesIO(dockerfile.encode()), tag=name, rm=True)


SERVE = "mkdir -p /tmp/www && echo $$VERSION > /tmp/www/index.html && exec httpd -f -p 80 -h /tmp/www"


def written(stack: Stack, name: str, check: str = "true") -> Stack:
    return stack.write(f"""
        services:
          api:
            <<: *service
            image: {name}
            command: ["sh", "-c", "{SERVE}"]
            healthcheck:
              {{test: ["CMD-SHELL", "{check}"], interval: 200ms, retries: 2, start_interval: 100ms, start_period: 1s}}
        """)


async def served(stack: Stack) -> str:
    answer = await stack.engine.exec(stack.ids()["api-1"], ["wget", "-qO-", "http://127.0.0.1"])
    return answer.output.strip()


async def test_it_goes_back_and_compose_goes_to_what_the_files_say(stack: Stack, versions: str) -> None:
    written(stack, versions)
    build(stack, versions, "1")
    await stack.done(Up(wait=True))
    build(stack, versions, "2")
    await stack.done(Up(wait=True))
    # What is kept outlives the containers.
    await stack.done(Down())
    await stack.done(Up(wait=True))

    await stack.done(Rollback())
    assert await served(stack) == "1"

    await stack.compose("up", "-d", "--wait")
    assert await served(stack) == "2"
    assert (await stack.done(Up())).plan.nodes == ()


async def test_one_that_does_not_get_healthy_is_told_and_another_goes_forward(stack: Stack, versions: str) -> None:
    written(stack, versions, check="test $$VERSION = 2")
    build(stack, versions, "1")
    await stack.done(Up(no_start=True))
    build(stack, versions, "2")
    await stack.done(Up(wait=True))

    outcome = await stack.do(Rollback())

    assert outcome.phase is Phase.FAILED
    [(step, error)] = outcome.errors
    assert step == "wait until api runs"
    assert "api" in error.message and "unhealthy" in error.message
    assert stack.containers()["api-1"].labels["devbox.rolled-back"] == versions

    await stack.done(Rollback())
    assert await served(stack) == "2"
    assert (await stack.done(Up())).plan.nodes == ()
