"""Looking at the engine, and from that to the plan of a command."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from devbox.compose.model import Project
from devbox.errors import NotFound
from devbox.plan.commands import PlannedCommand
from devbox.plan.needs import needs, undetailed
from devbox.plan.observed import Container, Observed
from devbox.plan.plan import Plan
from devbox.plan.verbs import plan
from devbox.ports import Engine


async def look(command: PlannedCommand, project: Project, engine: Engine) -> tuple[Plan, Observed]:
    """The plan of the command at this moment, and what it was made from.

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
