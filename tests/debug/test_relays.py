"""What joins a debug server's port to an exec, run on this machine: either end takes the other with it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable

import pytest

from devbox.session.attach_relay import by_bash, by_python

PATIENCE = 60


@pytest.mark.parametrize("relay", [lambda port: by_python(sys.executable, port), by_bash], ids=["python", "bash"])
async def test_either_end_takes_the_other_with_it(relay: Callable[[int], tuple[str, ...]]) -> None:
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        word = await reader.read(100)
        writer.write(b"heard " + word)
        await writer.drain()
        if word == b"stay":
            assert await reader.read() == b""
            left.set()
        writer.close()

    async with asyncio.timeout(PATIENCE), await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        command = relay(server.sockets[0].getsockname()[1])
        for word in (b"leave", b"stay"):
            exec_ = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, start_new_session=True)
            assert exec_.stdin and exec_.stdout
            exec_.stdin.write(word)
            assert await exec_.stdout.readexactly(6 + len(word)) == b"heard " + word
            if word == b"stay":
                exec_.stdin.close()
                await left.wait()
            assert await exec_.stdout.read() == b""
            await exec_.wait()
