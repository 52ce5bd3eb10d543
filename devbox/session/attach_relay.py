"""A connection to a port inside a container, by whatever the image has for that: nothing needs to be published."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from devbox.errors import DevboxError, EngineError
from devbox.plan.observed import Container
from devbox.ports import Engine, Pipe
from devbox.session.inside import program

_NODE = """\
const s = require("net").connect(%d, "127.0.0.1");
s.on("error", e => { console.error(e.message); process.exit(1); });
s.on("close", () => process.exit());
process.stdin.pipe(s); s.pipe(process.stdout);
"""
# An exec has a process group of its own, so that either end takes the other with it: a connection that devbox has left
# would keep its process standing, and one that the server has left would look as if it were there.
_BASH = "exec 3<>/dev/tcp/127.0.0.1/%d 4<&0; { cat <&4 >&3; kill 0; } & cat <&3; kill 0"
_NC = "{ cat; kill 0; } | { nc 127.0.0.1 %d; kill 0; }"
_FIND = (
    "for one in python3 python node bash socat nc; do command -v $one > /dev/null && echo $one && exit; done; exit 1"
)
_NOT_FOUND = (126, 127)
_PATIENCE = 3.0
_LOOKING = 30.0


def by_python(python: str, port: int) -> tuple[str, ...]:
    """The relay's command; its last word tells others who holds the port."""
    who = f"devbox (PID {os.getpid()} on {platform.node()})"
    return (python, "-I", "-S", "-c", program("relay"), str(port), who)


def by_bash(port: int) -> tuple[str, ...]:
    """The same without a Python."""
    return ("bash", "-c", _BASH % port)


async def connect(engine: Engine, container: Container, port: int) -> Pipe:
    """To a port of a container of which nothing is known; DevboxError where there is no way."""
    found = await _found(engine, container)
    match found:
        case "":
            return await _direct(engine, container, port)
        case "node":
            command: Sequence[str] = (found, "-e", _NODE % port)
        case "bash":
            command = by_bash(port)
        case "socat":
            command = (found, "-", f"TCP:127.0.0.1:{port}")
        case "nc":
            command = ("sh", "-c", _NC % port)
        case _:
            command = by_python(found, port)
    return await engine.pipe(container.id, command)


async def _found(engine: Engine, container: Container) -> str:
    try:
        told = await engine.exec(container.id, ("sh", "-c", _FIND), timeout=_LOOKING)
        if told.exit_code not in _NOT_FOUND:
            return told.output.strip() if not told.exit_code else ""
        for one in ("python3", "node"):
            if (await engine.exec(container.id, (one, "--version"), timeout=_LOOKING)).exit_code not in _NOT_FOUND:
                return one
    except TimeoutError:
        raise DevboxError(
            f"{container.name} did not answer in {_LOOKING:.0f} s to what could reach its debug server."
        ) from None
    return ""


async def _direct(engine: Engine, container: Container, port: int) -> Pipe:
    """Through the network, of an engine of this machine."""
    if (await engine.info()).endpoint.startswith("unix:"):
        for host, where in _addresses(container, port):
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    return Direct(*await asyncio.open_connection(host, where))
    raise DevboxError(
        f"{container.name} has no program that could reach its port {port}, and from here it is not reached.",
        hint="Put python3, node, bash, socat or nc into its image, or publish the port (ports:) on this machine.",
    )


def _addresses(container: Container, port: int) -> list[tuple[str, int]]:
    published = [
        (one.host_ip if one.host_ip not in ("", "0.0.0.0", "::") else "127.0.0.1", one.host_port)
        for one in container.bindings
        if one.container_port == port and one.host_port and one.protocol == "tcp"
    ]
    settings: Mapping[str, Any] = (container.detail.body if container.detail else {}).get("NetworkSettings") or {}  # type: ignore[assignment]
    networks: Mapping[str, Any] = settings.get("Networks") or {}
    return published + [(one["IPAddress"], port) for one in networks.values() if one.get("IPAddress")]


class Direct:
    """ports.Pipe of a connection of this machine's own."""

    said = ""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        try:
            return await self._reader.read(1 << 16)
        except OSError:
            return b""

    async def write(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise EngineError(f"The debug server does not listen any more: {error.strerror}.") from error

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
