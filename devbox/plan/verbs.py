"""The plan of every command but `up`, which is devbox.plan.reconcile."""

from __future__ import annotations

from devbox.compose.model import Project
from devbox.plan.commands import (
    BuildImages,
    Down,
    Kill,
    Pause,
    PlannedCommand,
    PullImages,
    Remove,
    Restart,
    Rollback,
    Start,
    Stop,
    Unpause,
    Up,
)
from devbox.plan.down import down, remove
from devbox.plan.draft import Draft
from devbox.plan.images import add_build, add_pull
from devbox.plan.lifecycle import kill, pause, restart, start, stop, unpause
from devbox.plan.names import image_name
from devbox.plan.observed import Observed
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from devbox.plan.rollback import rollback
from devbox.plan.selection import selected


def plan(command: PlannedCommand, project: Project, observed: Observed) -> Plan:
    """What the command comes to now; UsageError for a service that the files do not have."""
    match command:
        case Up():
            return reconcile(project, observed, command)
        case Down():
            return down(project, observed, command)
        case Remove():
            return remove(project, observed, command)
        case Rollback():
            return rollback(project, observed, command)
        case Start():
            return start(project, observed, command)
        case Stop():
            return stop(project, observed, command)
        case Restart():
            return restart(project, observed, command)
        case Kill():
            return kill(project, observed, command)
        case Pause():
            return pause(project, observed, command)
        case Unpause():
            return unpause(project, observed, command)
        case BuildImages():
            return _build(project, command)
        case PullImages():
            return _pull(project, command)


def _build(project: Project, command: BuildImages) -> Plan:
    draft = Draft()
    chosen = selected(project, command.services, dependencies=False)
    for service in chosen.values():
        if service.build is not None:
            add_build(draft, project, service, why="asked for", no_cache=command.no_cache, pull=command.pull)
    without = [name for name in command.services if chosen[name].build is None]
    warnings = tuple(f"{name} has no build section; its image is pulled" for name in without)
    return Plan(project=project.name, nodes=draft.nodes(), warnings=warnings)


def _pull(project: Project, command: PullImages) -> Plan:
    draft = Draft()
    warnings = []
    for name, service in selected(project, command.services, dependencies=False).items():
        if not service.image or service.pull_policy in ("never", "build"):
            reason = f"pull_policy is {service.pull_policy}" if service.image else "it is only built"
            warnings += [f"{name} is not pulled: {reason}"] if name in command.services else []
            continue
        tolerated = command.ignore_failures or service.build is not None
        add_pull(draft, service, image_name(project.name, service), "asked for", tolerated)
    return Plan(project=project.name, nodes=draft.nodes(), warnings=tuple(warnings))
