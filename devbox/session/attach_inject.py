"""Bringing debugpy into a Python that already runs and was not prepared for it."""

from __future__ import annotations

import asyncio
import errno
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from typing import Any

from devbox.debug.model import Way
from devbox.errors import DevboxError, EngineError
from devbox.ports import Engine, Kit
from devbox.record import dataclass
from devbox.session.attach_look import Listening, Look, Seen
from devbox.session.inside import program

FIRST_REMOTE = (3, 14)
"""The first Python with sys.remote_exec."""
_DENIED = (errno.EPERM, errno.EACCES)
Help = Callable[[Look, Seen, str, bool], Awaitable[None]]
"""Does what the container cannot do itself, debugpy lying in the folder; the last says whether with privileges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """What is needed for it."""

    engine: Engine
    kit: Kit
    tell: Callable[[str], None]


class Denied(Exception):
    """The kernel does not let this user look into the process, in its words."""


async def inject(by: Injection, found: Look, way: Way, help: Help | None = None) -> list[Listening]:
    """debugpy listens in each process that has none; DevboxError says why in none of them, and nothing is left in the
    container then."""
    by.tell(f"copying debugpy into {found.container.name}")
    doors: list[Listening] = []
    folder, failures = "", list[DevboxError]()
    for target in found.targets:
        try:
            door, folder = await _in_one(by, found, target, way, help, folder)
            doors.append(door)
        except EngineError:
            raise
        except DevboxError as error:
            failures.append(error)
    for failure in failures:
        if not doors:
            raise failure
        by.tell(failure.message)
    return doors


async def _in_one(
    by: Injection, found: Look, target: Seen, way: Way, help: Help | None, folder: str
) -> tuple[Listening, str]:
    """The door, and where debugpy lies now."""
    who = f"PID {target.pid} of {found.container.name}"
    try:
        return await _once(by, found, target, way, help, folder, privileged=False)
    except Denied:
        by.tell(f"{who} may not be looked into by its own user: again, with privileges")
    try:
        return await _once(by, found, target, way, help, folder, privileged=True)
    except Denied as error:
        raise DevboxError(
            f"{who} may not be looked into: {error}.",
            hint="The engine or the host's kernel forbids it; debug on demand needs nothing of the kind.",
        ) from None


async def _once(
    by: Injection, found: Look, target: Seen, way: Way, help: Help | None, folder: str, *, privileged: bool
) -> tuple[Listening, str]:
    name, archive = found.container.name, b"" if folder else await asyncio.to_thread(_archive, by.kit)
    request = {"pid": target.pid, "way": way.name.lower(), "size": len(archive), "folder": folder, "gdb": found.gdb}
    python = target.exe if way is Way.REMOTE_EXEC and target.exe else found.python
    command = (python, "-I", "-c", program("inject"), json.dumps(request))
    user = "0:0" if privileged else found.user
    pipe = await by.engine.pipe(found.container.id, command, user=user, privileged=privileged)
    try:
        await pipe.write(archive)
        async with aclosing(_lines(pipe.read)) as lines:
            async for told in lines:
                folder = told.get("folder", folder)
                if "folder" in told and help is not None:
                    try:
                        await help(found, target, folder, privileged)
                    except (Denied, DevboxError):
                        with suppress(EngineError):
                            await pipe.write(b"\n")  # nothing comes of it
                        raise
                if "port" in told:
                    door = Listening(port=told["port"], pid=target.pid, name=target.name, by=way.name.lower())
                    return door, folder
                if told.get("errno") in _DENIED and folder and not privileged:
                    raise Denied(told["error"])
                if "error" in told:
                    raise DevboxError(_why(name, told))
        raise DevboxError(f"debugpy could not be brought into {name}: {pipe.said or 'its exec ended'}")
    finally:
        await pipe.close()


def _archive(kit: Kit) -> bytes:
    return kit.archive


def _why(name: str, told: Mapping[str, Any]) -> str:
    if told.get("errno") in (errno.EROFS, errno.ENOSPC, errno.EACCES):
        return f"debugpy finds no room in {name}: neither /dev/shm nor /tmp can be written ({told['error']})."
    return f"debugpy could not be brought into {name}: {told['error']}."


async def _lines(read: Callable[[], Awaitable[bytes]]) -> AsyncGenerator[dict[str, Any], None]:
    """What the program inside tells, as it tells it."""
    rest = b""
    while data := await read():
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            with suppress(ValueError):  # what the image's own start-up prints
                told = json.loads(line)
                if isinstance(told, dict):
                    yield told
