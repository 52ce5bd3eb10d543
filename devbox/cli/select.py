"""Which services and containers a verb means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.errors import DevboxError, UsageError
from devbox.plan.observed import RunState

if TYPE_CHECKING:
    from devbox.compose.model import Project
    from devbox.plan.observed import Container, Observed


def check_services(project: Project, observed: Observed | None, names: Sequence[str]) -> None:
    """UsageError unless each of `names` is a service of the files or has a container."""
    known = [*project.services, *project.disabled]
    if observed:
        known += [container.service for container in observed.containers]
    for name in names:
        if name not in known:
            import difflib  # 10 ms that only a mistyped name pays

            near = difflib.get_close_matches(name, known, n=1)
            services = ", ".join(project.services) or "none"
            hint = f"Did you mean {near[0]}?" if near else f"Its services: {services}."
            raise UsageError(f"The project {project.name} has no service {name!r}.", hint=hint)


def only(names: Sequence[str], project: Project, observed: Observed) -> tuple[Project, Observed]:
    """Both cut down to the services named (none named: as they are)."""
    if not names:
        return project, observed
    services = {name: service for name, service in project.services.items() if name in names}
    containers = tuple(container for container in observed.containers if container.service in names)
    return replace(project, services=services), replace(observed, containers=containers)


def container_of(project: Project, observed: Observed, service: str, index: int = 0) -> Container:
    """The running container of `service`: the one numbered `index`, or the first (index 0)."""
    check_services(project, observed, [service])
    own = [c for c in observed.containers if c.service == service and not c.oneoff]
    if index and not any(c.number == index for c in own):
        numbers = ", ".join(str(c.number) for c in own) or "none"
        raise UsageError(f"The service {service} has no container number {index}.", hint=f"There are: {numbers}.")
    running = [c for c in own if c.state is RunState.RUNNING and index in (0, c.number)]
    if not running:
        state = _described(own[0]) if own else "has no container"
        raise DevboxError(f"The service {service} {state}.", hint=f"`devbox up {service}` starts it.")
    return min(running, key=lambda c: c.number)


def _described(container: Container) -> str:
    return "has exited" if container.state is RunState.EXITED else f"is {container.state.value}"
