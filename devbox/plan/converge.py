"""The steps that make a service's containers what they shall be, up to their start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from devbox.compose.model import Project, Service
from devbox.errors import Problem
from devbox.plan import ending, grounds, labels
from devbox.plan.changes import changes, content_changes, hash_change
from devbox.plan.commands import Up
from devbox.plan.draft import Draft
from devbox.plan.fate import GOES_BACK, GOES_FORWARD, IMAGE_CHANGED, Action, Fate, is_hash_of, is_image_of, replicas
from devbox.plan.gates import Replica
from devbox.plan.helper import wants_helper
from devbox.plan.mounts import inherited
from devbox.plan.names import (
    PREVIOUS,
    image_name,
    known_services,
    label,
    previous_image,
    short_id,
    temporary_name,
)
from devbox.plan.networking import attachments, named_containers
from devbox.plan.observed import Container, Observed, ObservedImage
from devbox.plan.plan import Change
from devbox.plan.rolling import Roll
from devbox.plan.spec import container_spec
from devbox.plan.steps import ContainerSpec, CreateContainer, KeepImage, RenameContainer


@dataclass(kw_only=True)
class Work:
    """What the plan of an `up` is made from, and what came of it so far."""

    project: Project
    observed: Observed
    up: Up
    draft: Draft
    fates: dict[str, list[Fate]]
    image_nodes: dict[str, str]
    problems: list[Problem]
    rolls: Mapping[str, Roll] = field(default_factory=dict)
    """The services whose replicas are recreated in turns."""
    changes: list[Change] = field(default_factory=list)
    destroys: list[str] = field(default_factory=list)
    started: set[str] = field(default_factory=set)
    """Services of which a container that is there is set going again."""
    standing: dict[str, list[Replica]] = field(init=False)
    peers: dict[str, tuple[str, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.standing = {}
        for name in known_services(self.project):
            found = self.fates.get(name)
            if found is None:
                there = replicas(self.observed, name)
                self.standing[name] = [Replica(name=one.name, handle=one.id, container=one) for one in there]
            else:
                self.standing[name] = [_replica(one) for one in found if one.action is not Action.REMOVE]
        self.peers = {name: tuple(one.name for one in found) for name, found in self.standing.items()}


def make(work: Work, fate: Fate) -> None:
    """Add the steps after which the container of that fate exists under its own name, not yet started."""
    draft, project, old = work.draft, work.project.name, fate.container
    short = label(project, fate.name)
    create, rename = f"create {short}", f"rename {short}"
    if fate.action is Action.KEEP and old is not None and old.name != fate.name:
        why = "left over from an interrupted recreation"
        draft.add(rename, _rename(fate, old.id, why))
    if not fate.is_new:
        return
    spec, why = _specify(work, fate)
    if old is None:
        draft.add(create, CreateContainer(spec=spec, why=why), _needs(work, fate))
        return
    timeout, service, renew = work.up.timeout, fate.service, work.up.renew_anon_volumes
    if fate.action is Action.REPLACE:
        kept = _keep_image(work, fate, old)
        ending.end(draft, project, old, service, timeout=timeout, volumes=renew, why=why, after=kept)
        step = CreateContainer(spec=spec, inherit_from=old.id, why=why)
        draft.add(create, step, [*_needs(work, fate), ending.remove_node(project, old)])
        return
    spec = replace(spec, name=temporary_name(old.id, fate.name))
    # What an earlier recreation left bears the same name until it is gone.
    left = [ending.remove_node(project, one) for one in work.observed.containers if one.name == spec.name]
    draft.add(create, CreateContainer(spec=spec, inherit_from=old.id, why=why), [*_needs(work, fate), *left])
    why = "replaced by its new container"
    kept = _keep_image(work, fate, old, after=[create])
    ending.end(draft, project, old, service, timeout=timeout, volumes=renew, why=why, after=[create, *kept])
    draft.add(rename, _rename(fate, spec.name, "takes over the name"), [create, ending.remove_node(project, old)])


def _keep_image(work: Work, fate: Fate, old: Container, after: Iterable[str] = ()) -> list[str]:
    """Add the step that keeps the image of the old container, where the new one gets another; its id.

    Once for a service, with its first replica: the others may be replaced before or after, in whatever order.
    """
    name, id = fate.service.name, f"keep image of {fate.service.name}"
    image = work.observed.images.get(image_name(work.project.name, fate.service))
    if image is None or name in work.image_nodes or not old.image_id or is_image_of(image, old) or id in work.draft:
        return []
    step = KeepImage(
        service=name,
        image=old.image_id,
        name=previous_image(work.project.name, name),
        why="so that `devbox rollback` can go back to it",
    )
    return [work.draft.add(id, step, after)]


def made_nodes(project: str, name: str) -> tuple[str, str]:
    """The ids of the steps after which the container stands under its name."""
    short = label(project, name)
    return f"create {short}", f"rename {short}"


def _replica(fate: Fate) -> Replica:
    kept = fate.container if fate.action is Action.KEEP else None
    return Replica(name=fate.name, handle=kept.id if kept else fate.name, container=kept)


def _rename(fate: Fate, container: str, why: str) -> RenameContainer:
    return RenameContainer(service=fate.service.name, container=container, name=fate.name, why=why)


def _specify(work: Work, fate: Fate) -> tuple[ContainerSpec, str]:
    """The new container, and why it is made, naming what differs."""
    project, service, old = work.project, fate.service, fate.container
    image = work.observed.images.get(image_name(project.name, service))
    pending = service.name in work.image_nodes
    spec = container_spec(
        project,
        service,
        fate.number,
        peers=work.peers,
        image_id=image.id if image and not pending else "",
        anonymous=_taken_over(work, service, old, image) if old else {},
        replaces=old.id if old else "",
    )
    kept = work.up.helpers is not False and old is not None and labels.DEBUG in old.labels
    spec = replace(spec, helper=kept or wants_helper(work.up, service))
    # A file cannot be copied in where the root is read-only.
    if service.read_only and spec.files:
        work.problems.append(_read_only(service, spec.files[0].path))
    altered = content_changes(project, service, old) if old else []
    work.changes += [one for one in altered if one not in work.changes]
    if old is None or is_hash_of(project, work.observed, service, old):
        if old is not None and image is not None and fate.why in (IMAGE_CHANGED, GOES_BACK, GOES_FORWARD):
            change = Change(
                service=service.name, property="image", before=_runs(old), after=image_text(image, service.image)
            )
            work.changes += [change] if change not in work.changes else []
        return spec, fate.why
    ids = {one.name: one.id for one in work.observed.containers}
    differing = changes(service.name, spec, old, image, ids) or [hash_change(service.name, spec, old)]
    if labels.ROLLED_BACK in old.labels:
        differing = [replace(one, before=_runs(old)) if one.property == "image" else one for one in differing]
    work.changes += [one for one in differing if one not in work.changes]
    names = ", ".join(dict.fromkeys(one.property for one in differing))
    return spec, f"{fate.why}: {names}" if names else fate.why


def _taken_over(work: Work, service: Service, old: Container, image: ObservedImage | None) -> dict[str, str]:
    found = old.detail.anonymous_volumes if old.detail else {}
    declared = image.volumes if image else tuple(found)
    kept = {} if work.up.renew_anon_volumes else inherited(service, found, declared)
    others = {name for one in work.observed.containers if one is not old for name in one.volumes}
    work.destroys += [
        f"what {old.name} keeps in its anonymous volume at {target} ({volume[:12]})"
        for target, volume in found.items()
        if target not in kept and volume not in others
    ]
    return kept


def _needs(work: Work, fate: Fate) -> list[str]:
    """What must be there before the container can be created."""
    service = fate.service
    found = [grounds.network_node(one.network) for one in attachments(work.project, service)]
    found += [grounds.volume_node(key) for key in grounds.volumes_of(work.project, [service])]
    found += [work.image_nodes[service.name]] if service.name in work.image_nodes else []
    peers = {*labels.lenders(service), *(line.partition(":")[0] for line in service.links)}
    for peer in sorted(peers):
        for name in work.peers.get(peer, ()):
            found += made_nodes(work.project.name, name)
    for name in named_containers(service):
        found += made_nodes(work.project.name, name)
    return found


def _runs(container: Container) -> str:
    """The image of a container, in words."""
    short = short_id(container.image_id)
    return f"rolled back {short}" if labels.ROLLED_BACK in container.labels else short


def image_text(image: ObservedImage, name: str) -> str:
    """An image by its id; by a name of its own too where it is not known by the one the files give."""
    names = [tag for tag in image.tags if not tag.startswith(PREVIOUS) and tag != name]
    short = short_id(image.id)
    return f"{short} ({names[0]})" if names and name not in image.tags else short


def _read_only(service: Service, path: str) -> Problem:
    return Problem(
        message=f"{path} cannot be copied into a read-only container",
        place=service.place,
        path=f"services.{service.name}.read_only",
        hint="give the config or secret as `file:`, which is mounted instead",
    )
