"""Who fills a new volume: the engine copies into it what a container's image has there, when it makes the container."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from devbox.compose.model import MountKind, Project, Service
from devbox.plan import grounds
from devbox.plan.draft import Draft


def take_turns(draft: Draft, project: Project, creations: Iterable[tuple[Service, str]]) -> None:
    """Let the steps that make containers on a new volume wait for each other: two copying into it at once fail.

    `creations`: (service, step), those first that others depend on, so that it is their image that fills it."""
    every = tuple(creations)
    for key in project.volumes:
        if grounds.volume_node(key) in draft:
            for before, after in pairwise(step for service, step in every if _is_filled(service, key)):
                if not draft.comes_after(before, after):
                    draft.order(after, [before])


def _is_filled(service: Service, key: str) -> bool:
    return any(
        mount.kind is MountKind.VOLUME and mount.source == key and not mount.volume_nocopy for mount in service.volumes
    )
