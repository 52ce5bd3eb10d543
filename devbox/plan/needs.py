"""What a command's plan must know of the engine besides the project's own containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from devbox.compose.model import Project, Service
from devbox.plan.commands import Down, PlannedCommand, Rollback, Up
from devbox.plan.grounds import networks_of, volumes_of
from devbox.plan.names import image_name, known_services, previous_image
from devbox.plan.observed import Binding, Observed
from devbox.plan.plan import Plan
from devbox.plan.steps import CreateContainer
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """References and names to hand to Engine.observe."""

    images: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    ports: tuple[Binding, ...] = ()
    """Host ports that would be published."""


def needs(project: Project, command: PlannedCommand) -> Needs:
    """What to look for; a command that makes nothing needs nothing but the names its removals mean."""
    services = tuple(known_services(project).values())
    match command:
        case Up():
            return Needs(
                images=_images(project),
                networks=tuple(one.name for one in networks_of(project, services).values()),
                volumes=tuple(one.name for one in volumes_of(project, services).values()),
                ports=() if command.no_start else tuple(_published(project.services.values())),
            )
        case Rollback():
            found = needs(project, Up())
            return replace(found, images=(*found.images, *_previous(project)))
        case Down():
            images = (*_images(project), *_previous(project)) if command.images else ()
            return Needs(
                images=images,
                networks=tuple(one.name for one in project.networks.values() if not one.external),
                volumes=tuple(one.name for one in project.volumes.values() if not one.external),
            )
        case _:
            return Needs()


def _published(services: Iterable[Service]) -> Iterator[Binding]:
    for service in services:
        for port in () if service.network_mode == "host" else service.ports:
            for number in port.numbers:
                yield Binding(
                    container_port=port.target,
                    protocol=port.protocol or "tcp",
                    host_ip=port.host_ip,
                    host_port=number,
                )


def _images(project: Project) -> tuple[str, ...]:
    services = known_services(project).values()
    return tuple(dict.fromkeys(image_name(project.name, one) for one in services if one.provider is None))


def _previous(project: Project) -> tuple[str, ...]:
    return tuple(previous_image(project.name, name) for name in known_services(project))


def undetailed(plan: Plan, observed: Observed) -> tuple[str, ...]:
    """Ids of containers that the plan replaces unseen: their detail tells what differs and their anonymous volumes."""
    replaced = {node.step.inherit_from for node in plan.nodes if isinstance(node.step, CreateContainer)}
    return tuple(one.id for one in observed.containers if one.id in replaced and one.detail is None)
