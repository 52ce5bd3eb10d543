"""Taking a stack, or stopped containers, away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from devbox.compose.model import Project
from devbox.plan import ending, labels, leftovers
from devbox.plan.commands import Down, Remove
from devbox.plan.draft import Draft
from devbox.plan.fate import RUNNING
from devbox.plan.names import image_name, known_services, previous_image
from devbox.plan.observed import Container, Observed
from devbox.plan.plan import Plan
from devbox.plan.selection import dependents, named
from devbox.plan.steps import RemoveImage, RemoveNetwork, RemoveVolume

_ANONYMOUS = 64
"""Length of the name the engine gives a volume that nobody named."""


def down(project: Project, observed: Observed, command: Down) -> Plan:
    """Stop and remove containers, dependents first, then networks and what else is asked for.

    Containers of services that their profiles leave out go as well. A project without files (known by its labels only)
    goes as a whole.
    """
    draft = Draft()
    known = known_services(project)
    chosen = named(project, command.services)
    nameless = not known and not project.files
    orphans = [one for one in observed.containers if one.service not in known and not nameless]
    if command.services:
        going = [one for one in observed.containers if one.service in chosen]
    elif command.remove_orphans or nameless:
        going = list(observed.containers)
    else:
        going = [one for one in observed.containers if one.service in known]
    why = "asked for"
    for container in going:
        service = known.get(container.service)
        before = _stopped_before(project, container, going, command.timeout)
        reason = why if service or nameless else f"the files have no service {container.service}"
        ending.end(
            draft,
            project.name,
            container,
            service,
            why=reason,
            timeout=command.timeout,
            volumes=command.volumes,
            after=before,
        )
    removed = [ending.remove_node(project.name, one) for one in going]
    destroys: list[str] = []
    warnings = [] if nameless else leftovers.former_selves(project, observed)
    staying = [one for one in observed.containers if one not in going]
    if not command.services:
        _networks(draft, project, observed, going, staying, warnings)
    if command.volumes:
        destroys = _volumes(draft, project, observed, going, staying, removed, warnings, whole=not command.services)
    if command.images and not command.services:
        _images(draft, project, observed, command.images, removed)
    return Plan(
        project=project.name,
        nodes=draft.nodes(),
        destroys=tuple(destroys),
        warnings=tuple(warnings),
        orphans=tuple(one.name for one in orphans),
    )


def remove(project: Project, observed: Observed, command: Remove) -> Plan:
    """Remove the stopped containers of the services; with `stop`, the running ones too."""
    draft = Draft()
    known = known_services(project)
    chosen = named(project, command.services) or known
    mine = [one for one in observed.containers if one.service in chosen and not one.oneoff]
    going = [one for one in mine if command.stop or one.state not in RUNNING]
    destroys = []
    for container in going:
        ending.end(
            draft,
            project.name,
            container,
            known[container.service],
            why="asked for",
            volumes=command.volumes,
            after=_stopped_before(project, container, going, None),
        )
        destroys.append(f"container {container.name} and what was written inside it")
        if command.volumes:
            destroys += _anonymous(container)
    running = [one.name for one in mine if one not in going and one.service in command.services]
    warnings = tuple(f"{name} runs and stays; --stop stops it first" for name in running)
    return Plan(project=project.name, nodes=draft.nodes(), destroys=tuple(destroys), warnings=warnings)


def _stopped_before(
    project: Project, container: Container, going: Iterable[Container], timeout: float | None
) -> list[str]:
    """The ids of the stops of those that may need the container meanwhile; what is killed needs nothing any more."""
    known = known_services(project)
    needing = {one.name for one in dependents(project, container.service)}
    # A one-off is not needed by anybody, and goes before what it may use.
    return [
        ending.stop_node(project.name, one)
        for one in going
        if one is not container
        and not container.oneoff
        and (one.service in needing or one.oneoff)
        and one.state in RUNNING
        and not ending.killed(known.get(one.service), timeout)
    ]


def _networks(
    draft: Draft,
    project: Project,
    observed: Observed,
    going: Sequence[Container],
    staying: Sequence[Container],
    warnings: list[str],
) -> None:
    declared = {one.name for one in project.networks.values() if not one.external}
    external = {one.name for one in project.networks.values() if one.external}
    for network in observed.networks:
        owner = network.labels.get(labels.PROJECT)
        if network.name in external or not (owner == project.name or (owner is None and network.name in declared)):
            continue
        users = [*network.guests, *(one.name for one in staying if network.name in one.networks)]
        if users:
            warnings.append(f"network {network.name} stays: {', '.join(users)} uses it")
            continue
        after = [
            ending.remove_node(project.name, one) for one in going if network.name in one.networks or not one.networks
        ]
        step = RemoveNetwork(name=network.name, id=network.id, why="asked for")
        draft.add(f"remove network {network.name}", step, after)


def _volumes(
    draft: Draft,
    project: Project,
    observed: Observed,
    going: Sequence[Container],
    staying: Sequence[Container],
    removed: Sequence[str],
    warnings: list[str],
    *,
    whole: bool,
) -> list[str]:
    """Add the removal of the files' volumes (of no files: of the labelled ones); returns what is lost, in words."""
    declared = {one.name for one in project.volumes.values() if not one.external}
    used = {name for one in staying for name in one.volumes}
    lost: list[str] = []
    for volume in observed.volumes if whole else ():
        owner = volume.labels.get(labels.PROJECT)
        ours = volume.name in declared if declared or project.files else owner == project.name
        if not ours or owner not in (None, project.name) or volume.name in used:
            continue
        if volume.guests:
            warnings.append(f"volume {volume.name} stays: {', '.join(volume.guests)} mounts it")
            continue
        draft.add(f"remove volume {volume.name}", RemoveVolume(name=volume.name, why="asked for"), removed)
        lost.append(f"volume {volume.name} and its data")
    if whole and project.files:
        warnings += leftovers.unmentioned_volumes(project, observed)
    for container in going:
        lost += _anonymous(container)
    return lost


def _anonymous(container: Container) -> list[str]:
    names = [name for name in container.volumes if len(name) == _ANONYMOUS]
    return [f"anonymous volume {name[:12]} of {container.name}" for name in names]


def _images(draft: Draft, project: Project, observed: Observed, which: str, removed: Sequence[str]) -> None:
    for service in known_services(project).values():
        image = image_name(project.name, service)
        # "local" means what has no tag of the user's own.
        if image in observed.images and (which == "all" or not service.image):
            draft.add(f"remove image {image}", RemoveImage(image=image, why="asked for"), removed)
        previous = previous_image(project.name, service.name)
        if previous in observed.images:
            draft.add(f"remove image {previous}", RemoveImage(image=previous, why="asked for"), removed)
