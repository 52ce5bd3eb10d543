"""What things are called in the engine: the same names as docker compose gives them."""

from __future__ import annotations

from hashlib import sha256

from devbox.compose.model import Project, Service

PREVIOUS = "devbox-previous"
_LONGEST = 128
"""Characters that the engine takes in a tag."""


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


def previous_image(project: str, service: str) -> str:
    """The name by which the image is kept that a service had before its present one.

    The engine itself is the record: it is there for whoever works on that engine, outlives containers, and keeps the
    image from `docker image prune`. All in one repository, so that `docker images devbox-previous` lists them; a
    project's name has no dot.
    """
    tag = f"{project}.{service}"
    if len(tag) > _LONGEST:
        tag = f"{tag[: _LONGEST - 17]}-{sha256(tag.encode()).hexdigest()[:16]}"
    return f"{PREVIOUS}:{tag}"


def short_id(image: str) -> str:
    """An image's id as people know it."""
    return image.removeprefix("sha256:")[:12]
