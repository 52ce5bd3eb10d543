"""A debug server of a service's own is reached by whatever its image has for that, and by the network where it has
nothing."""

from __future__ import annotations

import asyncio

import pytest

from devbox.debug.model import Way
from devbox.errors import DevboxError
from devbox.session import attach
from tests.eventually import eventually
from tests.real import IMAGE
from tests.scenarios.attaching import LONG, Attaching

SERVER = """
image: {image}
command: [/bin/busybox, nc, -ll, -p, '2345', -e, /bin/busybox, cat]
x-devbox: {{debug: {{port: 2345, type: go}}}}
{more}
"""
"""It says again what it is told."""


async def echoed(attaching: Attaching) -> bytes:
    """What comes back from the server."""
    entrance = await attaching.enter()
    assert entrance.way is Way.SERVER
    [door] = entrance.doors
    assert (door.port, door.name) == (2345, "go")
    pipe = await attach.open_door(attaching.stack.engine, entrance, door)
    try:
        async with asyncio.timeout(LONG):
            await pipe.write(b"there")
            return await pipe.read()
    finally:
        await pipe.close()


@pytest.mark.parametrize(
    "more",
    ["", "network_mode: bridge\nenvironment: {PATH: /nowhere}"],
    ids=["by nc, without a network", "by the network, without a program"],
)
async def test_the_server_is_reached(attaching: Attaching, busybox: str, more: str) -> None:
    await attaching.up(SERVER.format(image=IMAGE, more=more))

    async def answered() -> bool:
        return await echoed(attaching) == b"there"

    await eventually(answered, 30)
    ways = await attaching.ways()
    assert [way for way, why in ways.items() if not why] == [Way.SERVER]


async def test_a_server_that_nothing_reaches_is_named(attaching: Attaching, busybox: str) -> None:
    await attaching.up(SERVER.format(image=IMAGE, more="environment: {PATH: /nowhere}"))
    with pytest.raises(DevboxError, match="has no program that could reach its port 2345") as failed:
        await echoed(attaching)
    assert "publish the port" in failed.value.hint
