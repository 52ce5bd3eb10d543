"""What things are called in the engine: the same names as docker compose gives them."""

from __future__ import annotations

from devbox.compose.model import Project, Service


def container_name(project: str, service: Service, number: int) -> str:
    """The name of replica `number` (from 1)."""
    return service.container_name or f"{project}-{service.name}-{number}"


def temporary_name(replaced: str, name: str) -> str:
    """The name a new container bears until the one it replaces (of id `replaced`) is gone."""
    return f"{replaced[:12]}_{name}"


def oneoff_name(project: str, service: Service, slug: str) -> str:
    """The name of a `run` container; `slug` is random hex, at least 12 long."""
    return f"{project}-{service.name}-run-{slug[:12]}"


def image_name(project: str, service: Service) -> str:
    """The image a service runs: the one it names, or the tag its build gets."""
    return service.image or f"{project}-{service.name}"


def label(project: str, name: str) -> str:
    """A container's name as people say it within the project: "api-1" for "shop-api-1"."""
    return name.removeprefix(f"{project}-")


def known_services(project: Project) -> dict[str, Service]:
    """Every service of the files, also those that their profiles leave out."""
    return {**project.disabled, **project.services}
