"""What becomes of each container of a service: kept, made, made anew, or removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from enum import Enum

from devbox.compose.model import Project, Service
from devbox.plan import labels
from devbox.plan.grounds import BUILT_IN, networks_of, volumes_of
from devbox.plan.names import container_name, image_name
from devbox.plan.observed import Container, Observed, ObservedImage, RunState
from devbox.record import dataclass

RUNNING = frozenset({RunState.RUNNING, RunState.RESTARTING, RunState.PAUSED})
"""The states in which a container holds its ports and must be stopped before it goes."""

IMAGE_CHANGED = "its image changed"
GOES_BACK, GOES_FORWARD = "it goes back to its previous image", "it goes to the image that the files name"


class Action(Enum):
    """KEEP what is there; CREATE; RECREATE beside the old one, then swap; REPLACE: the old one goes first; REMOVE."""

    KEEP = "keep"
    CREATE = "create"
    RECREATE = "recreate"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """`container` is the one that is there (None: none yet); `name` the one it shall bear."""

    service: Service
    number: int
    name: str
    action: Action
    container: Container | None = None
    why: str = ""

    @property
    def is_new(self) -> bool:
        """Whether another container stands there afterwards."""
        return self.action in (Action.CREATE, Action.RECREATE, Action.REPLACE)

    @property
    def ends(self) -> bool:
        """Whether the container that is there goes."""
        return self.container is not None and self.action is not Action.KEEP and self.action is not Action.CREATE


def replicas(observed: Observed, service: str) -> tuple[Container, ...]:
    """The service's containers by number, without one-offs."""
    found = (one for one in observed.containers if one.service == service and not one.oneoff)
    return tuple(sorted(found, key=lambda one: (one.number, one.name)))


def fates(
    project: str, service: Service, there: Iterable[Container], count: int, diverges: Callable[[Container], str]
) -> list[Fate]:
    """One fate for each container that is there or shall be, by number; `diverges` says why one must be made anew."""
    keepers, leftovers = _without_doubles(project, service, there)
    whys = {one.id: diverges(one) for one in keepers}
    by_worth = sorted(keepers, key=lambda one: (bool(whys[one.id]), one.number))
    kept = sorted(by_worth[:count], key=lambda one: one.number)
    numbers = {one.number for one in kept}
    free = [number for number in range(1, count + len(numbers) + 1) if number not in numbers][: count - len(kept)]
    scale = "no container yet" if not keepers else f"scaled from {len(keepers)} to {count}"

    def fate(container: Container | None, number: int, action: Action, why: str) -> Fate:
        name = container_name(project, service, number)
        if container is not None and action is Action.KEEP and not container.name.endswith(f"_{name}"):
            name = container.name
        return Fate(service=service, number=number, name=name, action=action, container=container, why=why)

    found = [fate(one, one.number, _action(one, whys[one.id]), _why(one, whys[one.id])) for one in kept]
    found += [fate(None, number, Action.CREATE, scale) for number in free]
    found += [fate(one, one.number, Action.REMOVE, scale) for one in by_worth[count:]]
    found += [fate(one, one.number, Action.REMOVE, "left over from an interrupted recreation") for one in leftovers]
    return sorted(found, key=lambda one: one.number)


def divergence(project: Project, observed: Observed, service: Service, container: Container) -> str:
    """Why the container is not as the files want it ("": it is)."""
    if not is_hash_of(project, observed, service, container):
        return "its configuration changed"
    if altered := labels.altered(project, service, container.labels):
        return f"what {', '.join(altered)} holds changed"
    image = observed.images.get(image_name(project.name, service))
    if image is not None and not is_image_of(image, container):
        if labels.ROLLED_BACK in service.labels:
            return GOES_BACK
        return GOES_FORWARD if labels.ROLLED_BACK in container.labels else IMAGE_CHANGED
    return misplaced(project, observed, service, container)


def misplaced(project: Project, observed: Observed, service: Service, container: Container) -> str:
    """What the container does not stand on though it should; names in the engine are no part of its hash."""
    names = {id: one.name for one in observed.networks for id in (one.name, one.id)}
    for network in networks_of(project, [service]).values():
        name = names.get(network.name, network.name)
        if name in BUILT_IN or (network.external and network.name not in names):
            continue
        if name not in container.networks:
            return f"it is not on its network {network.name}"
        if network.name not in names:
            return f"its network {network.name} is gone"
    for volume in volumes_of(project, [service]).values():
        if volume.name not in container.volumes:
            return f"it does not mount its volume {volume.name}"
    return ""


def is_image_of(image: ObservedImage, container: Container) -> bool:
    """Whether the container was made of that image."""
    # Both are known for a container of compose; the label is what the image was at creation.
    return image.id in (container.labels.get(labels.IMAGE), container.image_id)


def is_hash_of(project: Project, observed: Observed, service: Service, container: Container) -> bool:
    """Whether the container bears the hash of the service as it is now."""
    if container.config_hash == labels.config_hash(project, service):
        return True
    ids = {name: there[0].id for name in labels.lenders(service) if (there := replicas(observed, name))}
    hosted = bool(ids or service.volumes_from)  # Compose hashes a container named there without `container:` and mode
    return hosted and container.config_hash == labels.hosted_hash(service, ids)


def replaced_with(fate: Fate, changed: Mapping[str, bool], ids: frozenset[str]) -> Fate:
    """The fate, as it becomes where the container lends its namespace or volumes from one that is new or gone.

    `changed` says of a service whether its first container is new, `ids` are the containers that are there.
    """
    if fate.container is None or fate.action is Action.REMOVE:
        return fate
    spaces = [mode.removeprefix("service:") for mode in _modes(fate.service)]
    for name in labels.lenders(fate.service):
        if changed.get(name):
            lends = "lives in the namespace" if name in spaces else "has the volumes"
            return replace(fate, action=Action.REPLACE, why=fate.why or f"it {lends} of {name}")
    body = fate.container.detail.body if fate.container.detail else {}
    host = body.get("HostConfig")
    for key in ("NetworkMode", "IpcMode", "PidMode"):
        mode = str(host.get(key, "")) if isinstance(host, Mapping) else ""
        if spaces and mode.startswith("container:") and mode.removeprefix("container:") not in ids:
            return replace(
                fate, action=Action.REPLACE, why=fate.why or "the container whose namespace it shares is gone"
            )
    return fate


def _modes(service: Service) -> list[str]:
    return [mode for mode in (service.network_mode, service.ipc, service.pid) if mode.startswith("service:")]


def _action(container: Container, why: str) -> Action:
    if container.state in (RunState.DEAD, RunState.REMOVING):
        return Action.REPLACE
    return Action.RECREATE if why else Action.KEEP


def _why(container: Container, why: str) -> str:
    return f"it is {container.state.value}" if container.state in (RunState.DEAD, RunState.REMOVING) else why


def _without_doubles(
    project: str, service: Service, there: Iterable[Container]
) -> tuple[list[Container], list[Container]]:
    """One container a number, and those that an interrupted recreation left beside them."""
    best: dict[int, Container] = {}
    leftovers: list[Container] = []
    for one in there:
        other = best.get(one.number)
        if other is None:
            best[one.number] = one
            continue
        proper = other.name == container_name(project, service, one.number)
        best[one.number] = other if proper else one
        leftovers.append(one if proper else other)
    return list(best.values()), leftovers
