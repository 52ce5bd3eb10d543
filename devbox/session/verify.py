"""Whether the containers hold what the rules' folders hold, by content; and sending what they lack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import replace

from devbox.compose.model import Project
from devbox.errors import DevboxError, EngineError, EngineLost, NotFound
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine, Sources
from devbox.session.delivery import Destination, destination
from devbox.session.replica import Replica, Volumes
from devbox.sync.compare import Fault, Verified, compare
from devbox.sync.place import Ground, places_below
from devbox.sync.rules import Rule
from devbox.sync.told import SyncFailed, Told

_ON_ITS_WAY = 0.3
"""Seconds after which what differs is looked at again: a save may have been on its way."""


Given = Callable[[str, Rule], Iterable[str]]
"""(container id, rule) -> paths, relative to the rule's root, that devbox wrote there."""


async def verify(
    engine: Engine, sources: Sources, project: Project, rules: Sequence[Rule], given: Given = lambda id, rule: ()
) -> AsyncGenerator[Verified, None]:
    """Each copying rule in each running container, as it is found."""
    for container in (await engine.observe(project.name, detail=True)).containers:
        mine = [rule for rule in rules if rule.service == container.service and rule.action.copies]
        if mine and _keeps(container):
            to = await destination(engine, container)
            for rule in mine:
                yield await _verified(engine, sources, rule, to, given)


async def _verified(engine: Engine, sources: Sources, rule: Rule, to: Destination, given: Given) -> Verified:
    found = await _compared(engine, sources, rule, to, given)
    if found.differences:
        await asyncio.sleep(_ON_ITS_WAY)
        found = await _compared(engine, sources, rule, to, given)
    return found


async def _compared(engine: Engine, sources: Sources, rule: Rule, to: Destination, given: Given) -> Verified:
    ground = to.place(rule.target).ground
    verified = Verified(service=rule.service, container=to.name, rule=rule)
    if ground is Ground.BIND:
        return replace(verified, idle=f"{ground.value} is mounted there")
    inside = Ground.TMPFS in (ground, *(one.ground for one in places_below(rule.target, to.body)))
    here = await sources.held(rule)
    try:
        there = await engine.held(to.id, rule.target, inside=inside)
    except EngineLost:
        raise
    except NotFound:
        there = {}
    except EngineError as error:
        return replace(verified, error=error.message)
    kept = {path: held for path, held in here.items() if to.place(rule.place(path)).ground is not Ground.BIND}
    return replace(verified, files=len(kept), differences=compare(kept, there, given(to.id, rule)))


async def repair(
    engine: Engine,
    sources: Sources,
    project: Project,
    found: Iterable[Verified],
    tell: Callable[[Told], None],
    now: Callable[[], float],
) -> None:
    """Send what they lack; what stands in the way of one is told and holds nobody else back."""
    wanted: dict[str, list[Verified]] = {}
    for one in found:
        if one.differences:
            wanted.setdefault(one.container, []).append(one)
    volumes = Volumes()
    for container in (await engine.observe(project.name, detail=True)).containers:
        if container.name in wanted and _keeps(container):
            to = await destination(engine, container)
            replica = Replica(engine, sources, to, volumes, tell, lambda *told: None, now)
            for one in wanted[container.name]:
                paths = {difference.path for difference in one.differences if difference.fault is not Fault.UNREADABLE}
                others = sorted(each.path for each in one.differences if each.fault is Fault.KIND)
                try:
                    await replica.bring(one.rule, paths, replacing=others)
                except EngineLost:
                    raise
                except DevboxError as error:
                    tell(_failed(one, error, len(paths)))


def _failed(one: Verified, error: DevboxError, pending: int) -> SyncFailed:
    return SyncFailed(
        service=one.service, container=one.container, error=error.message, hint=error.hint, pending=pending
    )


def _keeps(container: Container) -> bool:
    return container.state is RunState.RUNNING and not container.oneoff
