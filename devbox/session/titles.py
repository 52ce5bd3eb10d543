"""Commands in the user's words, and the services they touch."""

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
from devbox.session.commands import Command, MakeSecrets, Reload, Switch

_VERBS = {
    Up: "up",
    Down: "down",
    Start: "start",
    Stop: "stop",
    Restart: "restart",
    Kill: "kill",
    Pause: "pause",
    Unpause: "unpause",
    Remove: "remove",
    Rollback: "roll back",
    BuildImages: "build",
    PullImages: "pull",
}


def title(command: Command) -> str:
    """ "up", "restart api", "recreate api", "switch to stage"."""
    match command:
        case Switch(environment=environment, stop_current=stop_current):
            return f"{'stop this and ' if stop_current else ''}switch to {environment}"
        case Reload():
            return "reload"
        case MakeSecrets():
            return "make secrets"
        case Up(services=services, no_deps=True) if services:
            verb = "recreate" if command.force_recreate else "rebuild" if command.build else "apply"
        case Up(scale=scale) if scale:
            return "scale " + " ".join(f"{service}={count}" for service, count in scale.items())
        case _:
            verb = _VERBS[type(command)]
            services = command.services
    return " ".join((verb, *services))


def touched(command: PlannedCommand, project: Project) -> frozenset[str] | None:
    """The services whose containers it may change; None: any."""
    if not command.services:
        return None
    if isinstance(command, Up) and not command.no_deps:
        return _closure(command.services, project)
    named = frozenset(command.services)
    if isinstance(command, Restart | Rollback | Stop | Up):
        return named | _restarted_along(named, project)
    return named


def _restarted_along(services: frozenset[str], project: Project) -> frozenset[str]:
    """Those that `depends_on` with `restart: true` ties to one of them."""
    return frozenset(
        name
        for name, service in project.services.items()
        if any(one.restart and one.service in services for one in service.depends_on.values())
    )


def _closure(services: tuple[str, ...], project: Project) -> frozenset[str]:
    found: set[str] = set()
    left = list(services)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            service = project.services.get(name)
            left += service.depends_on if service else ()
    return frozenset(found)
