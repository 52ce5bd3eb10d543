"""The networks and volumes that services stand on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from devbox.compose.model import MountKind, Network, Project, Service, Volume
from devbox.errors import Place, Problem
from devbox.plan import labels
from devbox.plan.draft import Draft
from devbox.plan.networking import attachments
from devbox.plan.observed import Observed
from devbox.plan.steps import CreateNetwork, CreateVolume, RemoveNetwork, RemoveVolume

if TYPE_CHECKING:
    from devbox.plan.renewal import Renewal

BUILT_IN = frozenset({"bridge", "host", "none", "default"})


def networks_of(project: Project, services: Iterable[Service]) -> dict[str, Network]:
    """The networks that the services join, by key."""
    keys = (joined.network for service in services for joined in attachments(project, service))
    return {key: project.networks[key] for key in dict.fromkeys(keys) if key in project.networks}


def volumes_of(project: Project, services: Iterable[Service]) -> dict[str, Volume]:
    """The named volumes that the services mount, by key."""
    keys = (
        mount.source
        for service in services
        for mount in service.volumes
        if mount.kind in (MountKind.VOLUME, MountKind.CLUSTER)
    )
    return {key: project.volumes[key] for key in dict.fromkeys(keys) if key in project.volumes}


def network_node(key: str) -> str:
    """The id of the step that makes the network."""
    return f"create network {key}"


def volume_node(key: str) -> str:
    """The id of the step that makes the volume."""
    return f"create volume {key}"


def prepare(
    draft: Draft,
    project: Project,
    observed: Observed,
    services: Iterable[Service],
    problems: list[Problem],
    renewal: Renewal,
) -> list[str]:
    """Add a step for each network and volume that is missing, and those that `renewal` makes anew.

    What is external and missing becomes a problem. Returns warnings on things that bear another project's label.
    """
    services = tuple(services)
    warnings: list[str] = []
    for key, network in networks_of(project, services).items():
        there = next((one for one in observed.networks if network.name in (one.name, one.id)), None)
        if there is not None:
            owner = there.labels.get(labels.PROJECT)
            _check_owner("network", network.name, network.external, owner, project, warnings)
            why = "" if network.external or owner != project.name else renewal.network(network, there)
            if why:
                gone = f"remove network {network.name}"
                draft.add(gone, RemoveNetwork(name=network.name, id=there.id, why=why))
                draft.add(network_node(key), _network(project, network, "takes the old one's place"), [gone])
        elif network.external and network.name not in BUILT_IN:
            problems.append(_missing("network", key, network.name, network.place))
        elif not network.external:
            draft.add(network_node(key), _network(project, network, "does not exist yet"))
    for key, volume in volumes_of(project, services).items():
        found = next((one for one in observed.volumes if one.name == volume.name), None)
        if found is not None:
            owner = found.labels.get(labels.PROJECT)
            _check_owner("volume", volume.name, volume.external, owner, project, warnings)
            why = "" if volume.external or owner != project.name else renewal.volume(volume, found)
            if why:
                gone = f"remove volume {volume.name}"
                draft.add(gone, RemoveVolume(name=volume.name, why=why))
                draft.add(volume_node(key), _volume(project, volume, "takes the old one's place"), [gone])
        elif volume.external:
            problems.append(_missing("volume", key, volume.name, volume.place))
        else:
            draft.add(volume_node(key), _volume(project, volume, "does not exist yet"))
    return warnings


def _network(project: Project, network: Network, why: str) -> CreateNetwork:
    return CreateNetwork(network=network, labels=labels.network_labels(project, network), why=why)


def _volume(project: Project, volume: Volume, why: str) -> CreateVolume:
    return CreateVolume(volume=volume, labels=labels.volume_labels(project, volume), why=why)


def _missing(kind: str, key: str, name: str, place: Place | None) -> Problem:
    return Problem(
        message=f"{kind} {name} is declared as external, but does not exist",
        place=place,
        path=f"{kind}s.{key}",
        hint=f"create it (docker {kind} create {name}) or drop `external: true`",
    )


def _check_owner(
    kind: str, name: str, external: bool, owner: str | None, project: Project, warnings: list[str]
) -> None:
    if not external and owner != project.name:
        whose = f"belongs to project {owner}" if owner else "was not made by compose"
        warnings.append(f"{kind} {name} is there already and {whose}; it is used as it is (`external: true` says so)")
