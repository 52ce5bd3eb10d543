"""A project cut down to some of its services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from devbox.compose.graph import dependencies
from devbox.compose.merge import Tree
from devbox.compose.model import Project

_KINDS = ("networks", "volumes", "configs", "secrets")


def only(project: Project, names: Iterable[str]) -> Project:
    """The project with the enabled services `names`, those they depend on, and the objects these use."""
    kept = dependencies(project, names)
    services = {name: service for name, service in project.services.items() if name in kept}
    used: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    for service in services.values():
        used["networks"].update(attachment.network for attachment in service.networks)
        used["volumes"].update(mount.source for mount in service.volumes)
        used["configs"].update(item.source for item in service.configs)
        used["secrets"].update(item.source for item in service.secrets)
        used["secrets"].update(item.source for item in (service.build.secrets if service.build else ()))
    tree: Tree = {}
    for key, value in project.tree.items():
        if key == "services":
            tree[key] = {name: item for name, item in value.items() if name in kept}
        elif key not in _KINDS:
            tree[key] = value
        elif cut := {name: item for name, item in value.items() if name in used[key]}:
            tree[key] = cut
    return replace(
        project,
        services=services,
        networks={key: item for key, item in project.networks.items() if key in used["networks"]},
        volumes={key: item for key, item in project.volumes.items() if key in used["volumes"]},
        configs={key: item for key, item in project.configs.items() if key in used["configs"]},
        secrets={key: item for key, item in project.secrets.items() if key in used["secrets"]},
        tree=tree,
    )
