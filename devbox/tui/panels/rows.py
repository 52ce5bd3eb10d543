"""From State to the lines of the service list: pure, so that only lines that differ are painted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from devbox.debug.model import Debuggee
from devbox.debug.model import Phase as Debugging
from devbox.plan.labels import ROLLED_BACK
from devbox.plan.observed import Container, RunState
from devbox.record import dataclass
from devbox.session.state import ServiceRow, State, Usage
from devbox.tui import amounts
from devbox.tui.status import (
    ABSENT,
    UNSEEN,
    Status,
    Tone,
    container_status,
    health_status,
    ready,
    run_status,
    service_status,
    services,
)
from devbox.tui.text import clean

_RELOADED, _FRESH = "⟳", 10.0
"""The mark of a service that took up new files, and the seconds for which it bears it."""

_IN, _STOPPED = "◉", Status("◈", "in debugger", Tone.BUSY, 8)
"""The mark of a service with a debugger in it, and the status of one that a debugger holds."""


class Kind(Enum):
    """What a line stands for."""

    STACK = "stack"
    SERVICE = "service"
    REPLICA = "replica"
    HEADING = "heading"
    ONEOFF = "oneoff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line, all of it text fit for the screen. `status` joins state and health for narrow screens."""

    key: str
    kind: Kind
    name: str
    service: str = ""
    container: str = ""
    status: Status | None = None
    state: Status | None = None
    health: Status | None = None
    uptime: str = ""
    ports: tuple[str, ...] = ()
    cpu: str = ""
    memory: str = ""
    image: str = ""
    dim: bool = False
    replicas: int = 0
    """Above 1 the row can be opened."""
    opened: bool = False


def build(state: State, *, now: float, needle: str = "", opened: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """The whole stack, the files' services, then orphans, one-off containers and disabled services under headings."""
    own = services(state)
    orphans = [row for row in state.rows if not row.service and row.containers]
    disabled = [row for row in state.rows if row.service and row.disabled and not row.containers]
    oneoffs = [container for row in state.rows for container in row.oneoffs]
    lines = [] if needle else [_stack(state, own)]
    lines += _services(own, state, now, needle, opened)
    groups = (
        ("Orphans: no longer in the files", _services(orphans, state, now, needle, opened)),
        ("One-off containers", [_oneoff(c, state.usage, now) for c in oneoffs if needle in c.name.lower()]),
        ("Disabled by their profiles", _services(disabled, state, now, needle, opened)),
    )
    for title, found in groups:
        if found:
            lines += [Row(key=f"heading {title}", kind=Kind.HEADING, name=title), *found]
    return tuple(lines)


def _services(rows: list[ServiceRow], state: State, now: float, needle: str, opened: frozenset[str]) -> list[Row]:
    lines: list[Row] = []
    usage = state.usage
    for row in rows:
        if needle and needle not in row.name.lower():
            continue
        sync = state.sync.services.get(row.name)
        fresh = sync is not None and now - sync.reloaded < _FRESH
        line = _service(row, usage, now, opened=row.name in opened, fresh=fresh)
        lines.append(_debugged(line, state.debugged.services.get(row.name)))
        if row.name in opened and len(row.containers) > 1:
            lines += [_replica(container, usage, now) for container in row.containers]
    return lines


def _stack(state: State, rows: list[ServiceRow]) -> Row:
    containers = [container for row in rows for container in row.containers]
    done, count = ready(state)
    if not containers:
        status = UNSEEN if state.project is None or any(row.unseen for row in rows) else ABSENT
    elif done == count:
        status = Status("●", f"{done}/{count} ready", Tone.GOOD)
    else:
        status = Status("◐", f"{done}/{count} ready", Tone.BUSY)
    cpu, memory = _use(containers, state.usage)
    name = state.project.name if state.project else "no project"
    return Row(
        key="stack", kind=Kind.STACK, name=clean(name, lines=False), status=status, state=status, cpu=cpu, memory=memory
    )


def _service(row: ServiceRow, usage: Mapping[str, Usage], now: float, *, opened: bool, fresh: bool) -> Row:
    status = service_status(row)
    if fresh and status.tone is not Tone.BAD:
        status = replace(status, symbol=_RELOADED)
    states = [status if row.owed else run_status(container) for container in row.containers]
    healths = [found for container in row.containers if (found := health_status(container))]
    cpu, memory = _use(row.containers, usage)
    running = [container for container in row.containers if container.state is RunState.RUNNING]
    ports = [text for _, text in amounts.published(b for c in row.containers for b in c.bindings)]
    if not running and row.service:
        ports = amounts.wanted(row.service.ports)
    image = image_of(row.containers[0]) if row.containers else row.service.image if row.service else ""
    several = max(row.service.replicas if row.service else 0, len(row.containers)) > 1
    state = max(states, key=lambda found: found.rank) if states else status
    count = f"{len(running)}/{row.service.replicas if row.service else len(row.containers)} " if several else ""
    return Row(
        key=f"service {row.name}",
        kind=Kind.SERVICE,
        name=clean(row.name, lines=False),
        service=row.name,
        status=status,
        state=Status(status.symbol, f"{count}{state.word}" if states else state.word, state.tone),
        health=max(healths, key=lambda found: found.rank) if healths else None,
        uptime=_uptime(row.containers, now),
        ports=tuple(ports),
        cpu=cpu,
        memory=memory,
        image=clean(image, lines=False),
        dim=not row.containers,
        replicas=len(row.containers),
        opened=opened,
    )


def _debugged(line: Row, debuggee: Debuggee | None) -> Row:
    """With the mark of a debugger in it; while a thread stands, what its probes say means nothing."""
    if debuggee is None or debuggee.phase is not Debugging.ATTACHED or line.state is None or line.status is None:
        return line
    if debuggee.stopped:
        return replace(line, status=_STOPPED, state=_STOPPED, health=None)
    if line.status.tone is Tone.BAD:
        return line
    return replace(line, status=replace(line.status, symbol=_IN), state=replace(line.state, symbol=_IN))


def _container(container: Container, usage: Mapping[str, Usage], now: float, kind: Kind, name: str) -> Row:
    cpu, memory = _use((container,), usage)
    status = container_status(container)
    run = run_status(container)
    return Row(
        key=f"container {container.id}",
        kind=kind,
        name=clean(name, lines=False),
        service=container.service,
        container=container.id,
        status=status,
        state=Status(status.symbol, run.word, run.tone),
        health=health_status(container),
        uptime=_uptime((container,), now),
        ports=tuple(text for _, text in amounts.published(container.bindings)),
        cpu=cpu,
        memory=memory,
        image=clean(image_of(container), lines=False),
    )


def image_of(container: Container) -> str:
    """What it runs: an image by its name, or in place of which one it runs the one before."""
    name = container.labels.get(ROLLED_BACK, "")
    return f"rolled back: {name}" if name else container.image


def _replica(container: Container, usage: Mapping[str, Usage], now: float) -> Row:
    return _container(container, usage, now, Kind.REPLICA, f"{container.service}-{container.number}")


def _oneoff(container: Container, usage: Mapping[str, Usage], now: float) -> Row:
    return _container(container, usage, now, Kind.ONEOFF, container.name)


def _use(containers: tuple[Container, ...] | list[Container], usage: Mapping[str, Usage]) -> tuple[str, str]:
    found = [usage[container.id] for container in containers if container.id in usage]
    if not found:
        return "", ""
    return amounts.percent(sum(use.cpu for use in found)), amounts.size(sum(use.memory for use in found))


def _uptime(containers: tuple[Container, ...], now: float) -> str:
    """Since when the oldest runs; where nothing runs, how long ago the last ended."""
    started = [c.detail.started for c in containers if c.state is RunState.RUNNING and c.detail and c.detail.started]
    if started:
        return amounts.age(now - min(started))
    if any(container.state is RunState.RUNNING for container in containers):
        return ""
    ended = [c.detail.finished for c in containers if c.detail and c.detail.finished]
    return amounts.ago(now - max(ended)) if ended else ""
