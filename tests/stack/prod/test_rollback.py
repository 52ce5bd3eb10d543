"""Production goes back to the image it had before, which its files do not name any more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.stack.hammer import hammering
from tests.stack.production import Production

pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def released(prod: Production) -> Iterator[Production]:
    """Production whose files name a newer image; afterwards it is as it was."""
    before = f"{prod.variables['APP_IMAGE']}:{prod.variables['APP_TAG']}"
    newer = f"{prod.project}:newer"
    dockerfile = io.BytesIO(f"FROM {before}\nLABEL newer=yes\n".encode())
    prod.client.images.build(fileobj=dockerfile, tag=newer, rm=True)
    name, _, tag = newer.partition(":")
    yield replace(prod, variables={**prod.variables, "APP_IMAGE": name, "APP_TAG": tag})
    prod.devbox("up", "--no-rolling", "--wait")
    prod.client.images.remove(newer, force=True)


def images(prod: Production) -> list[str]:
    """What the replicas of the API run."""
    return [str(container.attrs["Image"]) for container in prod.containers("api")]


async def test_a_release_is_taken_back_without_a_failed_request(prod: Production, released: Production) -> None:
    await prod.serves(2)
    before = images(prod)
    released.devbox("up", "--no-deps", "--no-rolling", "--wait", "api")
    await prod.serves(2)
    newer = released.client.images.get(f"{released.variables['APP_IMAGE']}:newer").id
    assert images(prod) == [newer, newer]

    with hammering(prod.port("proxy", 8080)) as tally:
        released.devbox("rollback", "api")

    assert images(prod) == before
    assert [container.health for container in prod.containers("api")] == ["healthy", "healthy"]
    assert tally.failures == [], f"{len(tally.failures)} of {tally.count}"
