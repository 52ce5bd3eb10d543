"""What a command would do, without doing it."""

from __future__ import annotations

from devbox.compose.model import Project
from devbox.plan.commands import PlannedCommand, Up
from devbox.plan.needs import needs
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from devbox.plan.verbs import plan
from devbox.ports import Engine


async def preview(command: PlannedCommand, project: Project, engine: Engine) -> Plan:
    """Look at the engine and plan."""
    wanted = needs(project, command)
    observed = await engine.observe(
        project.name, images=wanted.images, networks=wanted.networks, volumes=wanted.volumes, detail=True
    )
    return reconcile(project, observed, command) if isinstance(command, Up) else plan(command, project, observed)
