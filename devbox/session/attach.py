"""How a debugger comes into a container: by the best way that applies, and what stands in the way of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from devbox.compose.model import Service
from devbox.debug.model import Way
from devbox.errors import DevboxError, EngineError, EngineLost
from devbox.plan.observed import Container
from devbox.ports import Engine, Kit, Pipe
from devbox.record import dataclass
from devbox.session import attach_relay
from devbox.session.attach_inject import Injection, inject
from devbox.session.attach_look import Listening, Look, Seen, look, running
from devbox.session.attach_reasons import DEBUGPY, foreign, reasons
from devbox.session.entering import Ended, NotPython

if TYPE_CHECKING:
    from devbox.session.attach_beside import Beside

NAMES = {
    Way.LISTENING: "started with debugpy",
    Way.ON_DEMAND: "debug on demand",
    Way.REMOTE_EXEC: "by Python itself",
    Way.GDB_INSIDE: "by gdb of the image",
    Way.GDB_BESIDE: "by gdb of a side container",
    Way.SERVER: "a debug server of its own",
}
LEAVING = 3.0
"""Seconds in which a client that has just left is gone."""
_DYING = 1.0
"""Seconds in which the engine has noticed that a container ended: what runs in it is killed before."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A debug server inside a container: its port there, and the process behind it (`pid` 0: not known)."""

    pid: int
    port: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What was opened in a container. Child processes of a door's come by its own event `debugpyAttach`."""

    container: Container
    way: Way
    doors: tuple[Door, ...]
    python: str = ""
    """A Python that can be run there; "": none was looked for."""


async def enter(
    engine: Engine,
    container: Container,
    service: Service,
    kit: Kit,
    tell: Tell,
    *,
    way: Way | None = None,
    beside: Beside | None = None,
) -> Entrance:
    """Have a debug server listen in each process of the container that can be debugged, by `way` or the best that
    applies. DevboxError says why none does, and what to do; Ended: it was restarted in the middle, or is gone."""
    container = await running(engine, container)
    try:
        return await _entered(engine, container, service, kit, tell, way=way, beside=beside)
    except EngineLost:
        raise
    except DevboxError as error:
        if await _began_anew(engine, container, _DYING if isinstance(error, EngineError) else 0.0):
            raise Ended(f"{container.name} was restarted while a debugger was on its way into it.") from error
        raise


async def _began_anew(engine: Engine, container: Container, patience: float) -> bool:
    """Whether it is another process than before, within so many seconds; Ended where it does not run any more."""
    until = asyncio.get_running_loop().time() + patience
    while True:
        over = asyncio.get_running_loop().time() >= until
        try:
            now = await running(engine, container)
        except Ended:
            if over:
                raise
        else:
            if now.detail and container.detail and now.detail.started != container.detail.started:
                return True
            if over:
                return False
        await asyncio.sleep(0.05)


async def _entered(
    engine: Engine,
    container: Container,
    service: Service,
    kit: Kit,
    tell: Tell,
    *,
    way: Way | None,
    beside: Beside | None,
) -> Entrance:
    server = service.debug if service.debug and service.debug.port else None
    if server is not None and way in (None, Way.SERVER, Way.LISTENING):
        own = server.type in DEBUGPY
        door = Door(pid=0, port=server.port, name="debugpy" if own else server.type)
        return Entrance(container=container, way=Way.LISTENING if own else Way.SERVER, doors=(door,))
    tell(f"looking into {container.name}")
    found = await _free(engine, container, ask=way in (None, Way.ON_DEMAND))
    if doors := _of(found, way):
        left = [*found.refused.items(), *((one.pid, f"{one.held} has it") for one in found.doors if one.held)]
        for pid, why in left:
            tell(f"PID {pid} of {container.name} is left out: {why}")
        return _entrance(found, _way(doors[0]), doors)
    whys = reasons(found, service, beside)
    for one in (Way.REMOTE_EXEC, Way.GDB_INSIDE, Way.GDB_BESIDE):
        if way in (None, one) and not whys[one] and not found.refused:
            by = Injection(engine=engine, kit=kit, tell=tell)
            return _entrance(found, one, await _injected(by, found, one, beside))
    raise _none(found, whys, way)


async def open_door(engine: Engine, entrance: Entrance, door: Door) -> Pipe:
    """A connection to it; what is refused is said by the pipe's end and its `said`."""
    if entrance.python:
        return await engine.pipe(entrance.container.id, attach_relay.by_python(entrance.python, door.port))
    return await attach_relay.connect(engine, entrance.container, door.port)


async def ways(
    engine: Engine, container: Container, service: Service, *, beside: Beside | None = None
) -> tuple[tuple[Way, str], ...]:
    """Each way, the best first, and why it does not apply ("" if it does). Nothing is done to any process."""
    container = await running(engine, container)
    return tuple(reasons(await look(engine, container), service, beside).items())


async def _free(engine: Engine, container: Container, *, ask: bool) -> Look:
    """What is there; DevboxError where every door is held by somebody, who is given a moment to leave."""
    until = asyncio.get_running_loop().time() + LEAVING
    while True:
        found = await look(engine, container, ask=ask)
        held = [one for one in found.doors if one.held]
        if not held or len(held) < len(found.doors):
            return found
        if asyncio.get_running_loop().time() > until:
            raise DevboxError(
                f"debugpy in {container.name} serves one client at a time, and {held[0].held} has it"
                f" (PID {held[0].pid}, {held[0].name}).",
                hint="Leave the other debugger first.",
            )
        await asyncio.sleep(0.2)


def _of(found: Look, way: Way | None) -> list[Listening]:
    """Those that are free, the eldest process first."""
    age = [one.pid for one in found.processes]
    doors = sorted(found.doors, key=lambda one: age.index(one.pid) if one.pid in age else len(age))
    return [one for one in doors if not one.held and way in (None, _way(one))]


def _way(door: Listening) -> Way:
    return Way[door.by.upper()] if door.by else Way.LISTENING


def _entrance(found: Look, way: Way, doors: list[Listening]) -> Entrance:
    return Entrance(
        container=found.container,
        way=way,
        doors=tuple(Door(pid=one.pid, port=one.port, name=one.name) for one in doors),
        python=found.python,
    )


async def _injected(by: Injection, found: Look, way: Way, beside: Beside | None) -> list[Listening]:
    if way is not Way.GDB_BESIDE or beside is None:
        return await inject(by, found, way)
    from devbox.session import attach_beside

    await attach_beside.ready(by.engine, beside, by.tell)

    async def help(found: Look, target: Seen, folder: str, privileged: bool) -> None:
        by.tell(f"gdb in a container beside {found.container.name} lets debugpy in")
        await attach_beside.run(by.engine, beside, found, target, folder, privileged)

    return await inject(by, found, way, help)


def _none(found: Look, whys: Mapping[Way, str], way: Way | None) -> DevboxError:
    name = found.container.name
    if found.refused:
        pid, why = next(iter(found.refused.items()))
        return DevboxError(f"PID {pid} of {name} does not let a debugger in: {why}.")
    if way is not None:
        return DevboxError(f"{name} cannot be debugged this way ({NAMES[way]}): {whys[way]}.")
    lines = [f"{NAMES[one]}: {why}" for one, why in whys.items()]
    error = NotPython if foreign(found) else DevboxError
    return error(f"No debugger gets into {name}.", hint="\n".join(lines))
