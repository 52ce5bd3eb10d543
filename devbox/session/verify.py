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
from devbox.session.ledgers import Ledgers
from devbox.session.replica import Replica
from devbox.sync.compare import Fault, Held, Verified, compare
from devbox.sync.overlap import claims
from devbox.sync.place import Ground
from devbox.sync.rules import Rule
from devbox.sync.told import SyncFailed, Told

_ON_ITS_WAY = 0.3
"""Seconds after which what differs is looked at again: a save may have been on its way."""


async def verify(
    engine: Engine, sources: Sources, project: Project, rules: Sequence[Rule], ledgers: Ledgers
) -> AsyncGenerator[Verified, None]:
    """Each copying rule in each running container, as it is found. What only a container has is a difference where
    the `ledgers` know that devbox has brought it."""
    observed = await ledgers.begin(engine)
    for container in observed.containers:
        mine = [rule for rule in rules if rule.service == container.service and rule.action.copies]
        if mine and _keeps(container):
            to = await destination(engine, container)
            await ledgers.meet(engine, to, mine)
            for rule in mine:
                yield await verified(engine, sources, rule, mine, to, ledgers)


async def verified(
    engine: Engine, sources: Sources, rule: Rule, rules: Sequence[Rule], to: Destination, ledgers: Ledgers
) -> Verified:
    """One rule of a container for which there are these `rules`."""
    found = await _compared(engine, sources, rule, rules, to, ledgers)
    if found.differences:
        await asyncio.sleep(_ON_ITS_WAY)
        found = await _compared(engine, sources, rule, rules, to, ledgers)
    return found


async def _compared(
    engine: Engine, sources: Sources, rule: Rule, rules: Sequence[Rule], to: Destination, ledgers: Ledgers
) -> Verified:
    ground = to.place(rule.target).ground
    verified = Verified(service=rule.service, container=to.name, rule=rule)
    if ground is Ground.BIND:
        return replace(verified, idle=f"{ground.value} is mounted there")
    inside = Ground.TMPFS in (ground, *(one.ground for one in to.mounts(rule.target)))
    here = await _here(sources, rule, rules, to)
    try:
        there = await engine.held(to.id, rule.target, inside=inside)
    except EngineLost:
        raise
    except NotFound:
        there = {}
    except EngineError as error:
        return replace(verified, error=error.message)
    given = await ledgers.given(to, rule)
    return replace(verified, files=len(here), differences=compare(here, there, given))


async def _here(sources: Sources, rule: Rule, rules: Sequence[Rule], to: Destination) -> dict[str, Held]:
    """What is to be compared: not what lies here too, nor what a later rule puts in the same place."""
    here = {
        path: held
        for path, held in (await sources.held(rule)).items()
        if to.place(rule.place(path)).ground is not Ground.BIND
    }
    own = {rule.place(path): path for path in here}
    for other, claimed in claims(rule, rules, own).items():
        for inside, entry in (await sources.look(other, list(claimed))).items():
            if entry is not None and inside in claimed:
                here.pop(own[claimed[inside]], None)
    return here


async def repair(
    engine: Engine,
    sources: Sources,
    project: Project,
    rules: Sequence[Rule],
    found: Iterable[Verified],
    ledgers: Ledgers,
    tell: Callable[[Told], None],
    now: Callable[[], float],
) -> None:
    """Send what they lack; what stands in the way of one is told and holds nobody else back."""
    wanted: dict[str, list[Verified]] = {}
    for one in found:
        if one.differences:
            wanted.setdefault(one.container, []).append(one)
    for container in (await engine.observe(project.name, detail=True)).containers:
        if container.name in wanted and _keeps(container):
            to = await destination(engine, container)
            mine = [rule for rule in rules if rule.service == container.service]
            await ledgers.meet(engine, to, mine)
            replica = Replica(engine, sources, to, ledgers, mine, tell, lambda *told: None, now)
            for one in wanted[container.name]:
                paths = {difference.path for difference in one.differences if difference.fault is not Fault.UNREADABLE}
                others = sorted(each.path for each in one.differences if each.fault is Fault.KIND)
                await ledgers.doubt(to, one.rule, paths)
                try:
                    await replica.bring(one.rule, paths, replacing=others)
                except EngineLost:
                    raise
                except DevboxError as error:
                    tell(_failed(one, error, len(paths)))
    await ledgers.save()


def _failed(one: Verified, error: DevboxError, pending: int) -> SyncFailed:
    return SyncFailed(
        service=one.service, container=one.container, error=error.message, hint=error.hint, pending=pending
    )


def _keeps(container: Container) -> bool:
    return container.state is RunState.RUNNING and not container.oneoff
