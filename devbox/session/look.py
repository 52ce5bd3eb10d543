"""Looking at the engine, and from that to the plan of a command."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.compose.model import Project
from devbox.errors import NotFound
from devbox.plan.commands import PlannedCommand, Restart, Rollback, Start, Up
from devbox.plan.needs import needs, undetailed
from devbox.plan.observed import Container, Observed
from devbox.plan.plan import Plan
from devbox.plan.verbs import plan
from devbox.ports import Engine

if TYPE_CHECKING:
    from devbox.session.guard import Guarding

_STARTING = Up | Rollback | Start | Restart
"""Commands that set containers going."""


async def look(
    command: PlannedCommand, project: Project, engine: Engine, guard: Guarding | None = None
) -> tuple[Plan, Observed]:
    """The plan of the command at this moment, and what it was made from; `guard` may find problems with it.

    Running containers are inspected only where the plan replaces them, so that a no-op is one look.
    """
    wanted = needs(project, command)
    observed = await engine.observe(
        project.name,
        images=wanted.images,
        networks=wanted.networks,
        volumes=wanted.volumes,
        ports=wanted.ports,
    )
    found = plan(command, project, observed)
    unseen = undetailed(found, observed)
    if unseen:
        observed = await _detailed(observed, unseen, engine)
        found = plan(command, project, observed)
    if guard is not None and isinstance(command, _STARTING):
        found = await guard(found, project, engine)
    return found, observed


async def _detailed(observed: Observed, ids: tuple[str, ...], engine: Engine) -> Observed:
    async def inspect(id: str) -> Container | None:
        try:
            return await engine.inspect(id)
        except NotFound:
            return None

    seen = dict(zip(ids, await asyncio.gather(*(inspect(id) for id in ids)), strict=True))
    containers = (seen.get(one.id, one) for one in observed.containers)
    return replace(observed, containers=tuple(one for one in containers if one is not None))
