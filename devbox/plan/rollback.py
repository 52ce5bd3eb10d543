"""Going back to the image that a service had before: the plan of `rollback`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from devbox.compose.model import Project, Service
from devbox.errors import Problem
from devbox.plan import labels
from devbox.plan.commands import Rollback, Up
from devbox.plan.fate import is_image_of, replicas
from devbox.plan.names import image_name, known_services, previous_image
from devbox.plan.observed import Container, Observed, ObservedImage
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from devbox.plan.selection import named
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A service that goes back: what of its containers runs something else now, and the image they get."""

    service: Service
    now: Container
    image: ObservedImage


def rollback(project: Project, observed: Observed, command: Rollback) -> Plan:
    """Recreate the services with the images kept of them, dependencies first and gated by health.

    All else is as the files say, so that what Compose knows a container by stays right. As for every new container, the
    image of the old one is kept, so that another rollback goes forward again.
    """
    chosen = named(project, command.services) or known_services(project)
    going = returns(project, observed, chosen)
    problems, warnings = _left_out(project, observed, chosen, {one.service.name for one in going}, command)
    if problems or not going:
        return Plan(project=project.name, problems=problems, warnings=warnings)
    up = Up(
        services=tuple(one.service.name for one in going),
        no_deps=True,
        no_build=True,
        pull="missing",
        keep_networks=True,
        rolling=command.rolling,
        scale={one.service.name: len(replicas(observed, one.service.name)) for one in going},
        timeout=command.timeout,
        wait=True,
        wait_timeout=command.wait_timeout,
    )
    services = {one.service.name: _as_it_was(project, observed, one) for one in going}
    images = {services[one.service.name].image: one.image for one in going}
    plan = reconcile(
        replace(
            project,
            services={name: services.get(name, one) for name, one in project.services.items()},
            disabled={name: services.get(name, one) for name, one in project.disabled.items()},
        ),
        replace(observed, images={**observed.images, **images}),
        up,
    )
    return replace(plan, warnings=(*warnings, *plan.warnings), orphans=())


def returns(project: Project, observed: Observed, services: Iterable[str]) -> list[Return]:
    """Those of the services that have a kept image which not all of their containers run."""
    known, found = known_services(project), []
    for name in services:
        image = observed.images.get(previous_image(project.name, name))
        others = [one for one in replicas(observed, name) if image is not None and not is_image_of(image, one)]
        if image is not None and others:
            found.append(Return(service=known[name], now=others[0], image=image))
    return found


def _as_it_was(project: Project, observed: Observed, going: Return) -> Service:
    """The service with its kept image: by name where the files' own name leads there again, else by id."""
    service, name = going.service, image_name(project.name, going.service)
    present = observed.images.get(name)
    if present is not None and present.id == going.image.id:
        return replace(service, image=name)
    return replace(service, image=going.image.id, labels={**service.labels, labels.ROLLED_BACK: name})


def _left_out(
    project: Project, observed: Observed, chosen: Iterable[str], going: set[str], command: Rollback
) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Why services stay as they are: a problem for one that was named, or if it is all of them, else a warning."""
    known, told = known_services(project), []
    for name in chosen:
        there = replicas(observed, name)
        if name in going or not (there or command.services):
            continue
        service = known[name]
        if not there:
            told.append(
                Problem(message=f"service {name} has no container", place=service.place, hint=f"devbox up {name}")
            )
        elif previous_image(project.name, name) not in observed.images:
            hint = "`devbox up` keeps the one it replaces"
            told.append(Problem(message=f"no previous image of {name} is kept", place=service.place, hint=hint))
        else:
            told.append(Problem(message=f"{name} runs the image that is kept of it already", place=service.place))
    if command.services:
        return tuple(told), ()
    if not going:
        nothing = Problem(
            message=f"no service of {project.name} has a previous image to go back to",
            hint="`devbox up` keeps the one it replaces",
        )
        return (nothing,), ()
    return (), tuple(f"{one.message}: it stays as it is" for one in told)
