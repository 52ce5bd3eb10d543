"""What can be debugged in a container, as its own Python sees it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from typing import Any

from devbox.errors import DevboxError, EngineError, NotFound
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine
from devbox.record import dataclass
from devbox.session.entering import Ended
from devbox.session.inside import program

PATIENCE = 5.0
"""Seconds in which a process that is asked has to come to Python code."""
_PYTHONS = (
    "/usr/local/bin/python3",
    "/usr/bin/python3",
    "/venv/bin/python",
    "/opt/venv/bin/python",
    "/app/.venv/bin/python",
)
"""Where it often is, for images whose PATH does not say."""
_NOT_FOUND = (126, 127)
"""Exit codes of an exec whose program is not in the image."""
_IN_TOTAL = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A process; `exe` and `helper` are known of those of `Look.user` only. `behind`: a debugger is in it already."""

    pid: int
    uid: int
    gid: int
    name: str
    exe: str = ""
    python: bool = False
    version: str = ""
    """Of its Python, such as 3.11; "" where its name does not tell."""
    helper: bool = False
    behind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A port on which debugpy listens, and the process behind it; `held` says which client has it, "" if none."""

    port: int
    pid: int
    name: str
    held: str = ""
    by: str = ""
    """The way by which devbox brought it there, by its name in small letters; "" where somebody else did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`python` is a Python that can be run there ("": none was found) as `user` ("": the container's own)."""

    container: Container
    python: str = ""
    version: str = ""
    user: str = ""
    gdb: str = ""
    """Where the image has it."""
    doors: tuple[Listening, ...] = ()
    refused: Mapping[int, str]
    """pid -> why it does not listen though it was asked"""
    processes: tuple[Seen, ...] = ()
    """The eldest first."""

    @property
    def body(self) -> Mapping[str, Any]:
        return self.container.detail.body if self.container.detail else {}

    @property
    def targets(self) -> tuple[Seen, ...]:
        """The processes that a debugger is brought into: Pythons that have none."""
        return tuple(one for one in self.processes if one.python and not one.behind)


async def running(engine: Engine, container: Container) -> Container:
    """The container with its detail; Ended or another DevboxError where nothing can be done in it."""
    try:
        found = await engine.inspect(container.id)
    except NotFound:
        raise Ended(f"{container.name} is gone.") from None
    match found.state:
        case RunState.RUNNING:
            return found
        case RunState.PAUSED:
            raise DevboxError(f"{found.name} is paused, so no debugger can get in.", hint="Go on with it first.")
    raise Ended(f"{found.name} does not run ({found.state.value}).", hint="Start it first.")


async def look(engine: Engine, container: Container, *, ask: bool = False) -> Look:
    """What is there now; with `ask` the processes that have the debug helper listen from now on."""
    mode = str((_host(container)).get("PidMode") or "")
    request = {"main": 0 if mode else 1, "ask": ask, "patience": PATIENCE}
    found = await _as_user(engine, container, request, "")
    target = next(iter((*found.targets, *found.processes)), None)
    if target is not None and not target.exe:  # another user's, of whom little can be seen
        found = await _as_user(engine, container, request, f"{target.uid}:{target.gid}", found.python)
    return found


async def _as_user(
    engine: Engine, container: Container, request: Mapping[str, Any], user: str, known: str = ""
) -> Look:
    for python in (known,) if known else _pythons(container):
        command = (python, "-I", "-c", program("processes"), json.dumps(request))
        try:
            told = await engine.exec(container.id, command, user=user, timeout=_IN_TOTAL)
        except TimeoutError:
            raise DevboxError(f"Python in {container.name} did not answer in {_IN_TOTAL:.0f} s.") from None
        if told.exit_code in _NOT_FOUND:
            continue
        line = (told.output.strip().splitlines() or [""])[-1]
        if told.exit_code or not line.startswith('{"gdb":'):
            old = "SyntaxError" in told.output
            raise EngineError(
                f"{python} in {container.name} cannot look for what is to be debugged: {line or told.exit_code}",
                hint="It is older than 3.7, the first that devbox can work with." if old else "",
            )
        return _read(container, python, user, json.loads(line))
    return Look(container=container, refused={})


def _read(container: Container, python: str, user: str, told: Mapping[str, Any]) -> Look:
    return Look(
        container=container,
        python=python,
        version=told["version"],
        user=user,
        gdb=told["gdb"],
        doors=tuple(Listening(**one) for one in told["doors"]),
        refused={int(pid): why for pid, why in told["refused"].items()},
        processes=tuple(Seen(**one) for one in told["processes"]),
    )


def _pythons(container: Container) -> tuple[str, ...]:
    """What may be a Python there, the likeliest first; what it runs itself only where its name says that it is one."""
    own = str((container.detail.body if container.detail else {}).get("Path") or "")
    folder, name = posixpath.split(own)
    mine = [own] if name.startswith(("python", "pypy")) else []
    beside = [f"{folder}/python3", f"{folder}/python"] if posixpath.isabs(folder) else []
    return tuple(dict.fromkeys((*mine, *beside, "python3", "python", *_PYTHONS)))


def _host(container: Container) -> Mapping[str, Any]:
    body = container.detail.body if container.detail else {}
    host = body.get("HostConfig")
    return host if isinstance(host, dict) else {}
