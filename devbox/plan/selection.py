"""Which services a command means, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from devbox.compose.model import Project, Service
from devbox.errors import UsageError
from devbox.plan.names import known_services


def named(project: Project, services: Iterable[str]) -> dict[str, Service]:
    """The services of those names, also disabled ones; UsageError names the ones that do not exist."""
    known = known_services(project)
    wanted = tuple(dict.fromkeys(services))
    missing = [name for name in wanted if name not in known]
    if missing:
        raise UsageError(
            f"no such service: {', '.join(missing)}",
            hint=f"The files have: {', '.join(known) or 'no services'}.",
        )
    return {name: known[name] for name in wanted}


def selected(project: Project, services: Iterable[str], *, dependencies: bool = True) -> dict[str, Service]:
    """The services meant by a command, dependencies first; no names: all that are enabled."""
    chosen = named(project, services) or dict(project.services)
    if dependencies:
        chosen = with_dependencies(project, chosen)
    return in_order(chosen)


def with_dependencies(project: Project, chosen: Mapping[str, Service]) -> dict[str, Service]:
    """Those and all they depend on; UsageError where a required one is left out by its profiles.

    A service that was named enables its profiles, as if they were given.
    """
    active = {*project.profiles, *(profile for one in chosen.values() for profile in one.profiles)}
    found = dict(chosen)
    waiting = list(chosen.values())
    while waiting:
        dependent = waiting.pop()
        for one in dependent.depends_on.values():
            service = project.services.get(one.service) or project.disabled.get(one.service)
            if service is None or service.name in found:
                continue
            if service.name in project.services or active.intersection(service.profiles):
                found[service.name] = service
                waiting.append(service)
            elif one.required:
                raise _left_out(dependent, service)
    return found


def _left_out(dependent: Service, service: Service) -> UsageError:
    return UsageError(
        f"{dependent.name} depends on {service.name}, which its profiles ({', '.join(service.profiles)}) leave out.",
        hint=f"Add --profile {service.profiles[0]}, or write required: false.",
    )


def in_order(services: Mapping[str, Service]) -> dict[str, Service]:
    """Dependencies before dependents, else in the order given."""
    placed: dict[str, Service] = {}

    def place(service: Service, path: tuple[str, ...]) -> None:
        if service.name in placed or service.name in path:
            return
        for name in service.depends_on:
            if name in services:
                place(services[name], (*path, service.name))
        placed[service.name] = service

    for service in services.values():
        place(service, ())
    return placed


def dependents(project: Project, service: str) -> tuple[Service, ...]:
    """The services that name it in depends_on."""
    return tuple(one for one in known_services(project).values() if service in one.depends_on)


def restarted_with(project: Project, services: Iterable[str]) -> dict[str, str]:
    """Service -> the one it is restarted along with (`depends_on: restart: true`), however far up."""
    waiting = list(services)
    found: dict[str, str] = {}
    started = set(waiting)
    while waiting:
        name = waiting.pop(0)
        for dependent in dependents(project, name):
            if dependent.depends_on[name].restart and dependent.name not in found and dependent.name not in started:
                found[dependent.name] = name
                waiting.append(dependent.name)
    return found
