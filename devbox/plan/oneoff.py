"""A one-off container of a service, as `run` makes it: what must be there first, and the container itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from devbox.compose.model import Port, Project, Service
from devbox.plan.commands import Up
from devbox.plan.names import container_name, image_name, known_services, oneoff_name
from devbox.plan.observed import Observed
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from devbox.plan.selection import named, selected
from devbox.plan.spec import container_spec
from devbox.plan.steps import ContainerSpec, CreateContainer, StartContainer
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Oneoff:
    """What `run` changes of the service; None leaves the service's own."""

    service: str
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict)
    user: str = ""
    working_dir: str = ""
    name: str = ""
    ports: tuple[Port, ...] = ()
    service_ports: bool = False
    tty: bool = False
    stdin: bool = False
    no_deps: bool = False
    build: bool = False
    helpers: bool = False
    """Whether the services it depends on get the debug helper where their files ask for it."""
    remove: bool = False
    """The engine removes it when it ends, whatever became of who started it."""


def as_up(wanted: Oneoff) -> Up:
    """The `up` whose needs the preparation has."""
    return Up(
        services=(wanted.service,),
        no_deps=wanted.no_deps,
        build=wanted.build,
        helpers=wanted.helpers,
        keep_networks=True,
    )


def prepare(project: Project, observed: Observed, wanted: Oneoff) -> Plan:
    """What must be there before the container starts: its networks, volumes, image, and the services it depends on."""
    chosen = selected(project, (wanted.service,), dependencies=not wanted.no_deps)
    alone = replace(chosen[wanted.service], ports=(), scale=1, container_name="")
    # Its own replicas are none of our business here, and neither are the services that need it.
    narrowed = replace(project, services={**chosen, wanted.service: alone})
    others = tuple(one for one in observed.containers if one.service != wanted.service)
    plan = reconcile(narrowed, replace(observed, containers=others), as_up(wanted))
    own = {
        node.id
        for node in plan.nodes
        if (isinstance(node.step, CreateContainer) and node.step.spec.service == wanted.service)
        or (isinstance(node.step, StartContainer) and node.step.service == wanted.service)
    }
    nodes = tuple(replace(node, after=node.after - own) for node in plan.nodes if node.id not in own)
    return replace(plan, nodes=nodes, orphans=(), unchanged=())


def container(project: Project, observed: Observed, wanted: Oneoff, slug: str) -> ContainerSpec:
    """The container; `slug` is random hex, at least 12 long."""
    service = _changed(named(project, (wanted.service,))[wanted.service], wanted)
    peers = {
        name: tuple(container_name(project.name, one, number) for number in range(1, one.replicas + 1))
        for name, one in known_services(project).items()
    }
    image = observed.images.get(image_name(project.name, service))
    spec = container_spec(
        project,
        service,
        1,
        peers=peers,
        name=wanted.name or oneoff_name(project.name, service, slug),
        image_id=image.id if image else "",
        slug=slug,
        service_alias=False,
    )
    body = dict(spec.body)
    if wanted.remove:
        body["HostConfig"] = {**body["HostConfig"], "AutoRemove": True}
    if wanted.stdin:
        body |= {"AttachStdin": True, "StdinOnce": True, "OpenStdin": True}
    return replace(spec, body=body)


def _changed(service: Service, wanted: Oneoff) -> Service:
    # A new entrypoint drops the service's command, as in the engine's own run.
    command = service.command if wanted.entrypoint is None else None
    return replace(
        service,
        command=wanted.command if wanted.command is not None else command,
        entrypoint=service.entrypoint if wanted.entrypoint is None else wanted.entrypoint,
        environment={**service.environment, **wanted.environment},
        user=wanted.user or service.user,
        working_dir=wanted.working_dir or service.working_dir,
        ports=(*(service.ports if wanted.service_ports else ()), *wanted.ports),
        container_name="",
        tty=wanted.tty,
        stdin_open=wanted.stdin,
    )
