"""Projects from YAML, and what is observed of them, without an engine."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.plan import labels
from devbox.plan.grounds import volumes_of
from devbox.plan.names import container_name, image_name
from devbox.plan.observed import (
    Binding,
    Container,
    Detail,
    HealthState,
    Observed,
    ObservedImage,
    ObservedNetwork,
    ObservedVolume,
    RunState,
)
from devbox.plan.spec import container_spec


class Files:
    """A file system of one Compose file."""

    def __init__(self, text: str) -> None:
        self._files = {"/shop/compose.yml": text.encode()}

    def read(self, path: str) -> bytes:
        try:
            return self._files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def is_file(self, path: str) -> bool:
        return path in self._files

    def is_dir(self, path: str) -> bool:
        return path in ("/", "/shop")

    def list(self, path: str) -> list[str]:
        return ["compose.yml"] if path == "/shop" else []

    def resolve(self, path: str) -> str:
        return path


def project(text: str, *, name: str = "shop", profiles: tuple[str, ...] = (), **environ: str) -> Project:
    """The project of that YAML, with those variables."""
    request = LoadRequest(cwd="/shop", environ=environ, project_name=name, profiles=profiles)
    return load(request, Files(textwrap.dedent(text)))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def images(project: Project) -> dict[str, ObservedImage]:
    """Every image of the project, as if it were there."""
    names = {image_name(project.name, one) for one in (*project.services.values(), *project.disabled.values())}
    return {name: ObservedImage(id="sha256:" + digest(name), tags=(name,)) for name in sorted(names)}


def nothing(project: Project) -> Observed:
    """Nothing but the images."""
    return Observed(images=images(project))


def container(project: Project, service: str, number: int = 1, **changed: Any) -> Container:
    """A running container as the project wants it, with any field changed."""
    wanted = {**project.disabled, **project.services}[service]
    there = images(project)[image_name(project.name, wanted)]
    name = container_name(project.name, wanted, number)
    spec = container_spec(project, wanted, number, peers={}, image_id=there.id)
    body = {key: value for key, value in spec.body.items() if key not in ("HostConfig", "NetworkingConfig")}
    networks = [*spec.body["NetworkingConfig"]["EndpointsConfig"], *spec.extra_networks]
    found = Container(
        id=digest(name),
        name=name,
        project=project.name,
        service=service,
        number=number,
        image=spec.image,
        image_id=there.id,
        state=RunState.RUNNING,
        health=HealthState.HEALTHY if wanted.healthcheck else HealthState.NONE,
        config_hash=labels.config_hash(project, wanted),
        bindings=tuple(
            Binding(container_port=one.target, protocol=one.protocol, host_ip=one.host_ip, host_port=int(one.published))
            for one in wanted.ports
            if one.published.isdigit()
        ),
        networks=tuple(networks),
        volumes=tuple(one.name for one in volumes_of(project, [wanted]).values()),
        labels=spec.body["Labels"],
        detail=Detail(
            body={
                "Config": body,
                "HostConfig": spec.body["HostConfig"],
                "NetworkSettings": {"Networks": {name: {} for name in networks}},
            }
        ),
    )
    return replace(found, **changed)


def exited(found: Container, code: int) -> Container:
    """The container, ended with that code."""
    detail = replace(found.detail or Detail(), exit_code=code)
    return replace(found, state=RunState.EXITED, health=HealthState.NONE, detail=detail)


def standing(project: Project, *others: Container, **states: Container | None) -> Observed:
    """All of the project up and running; `states` puts another container for a service (None: none)."""
    mine = {
        name: container(project, name) if name not in states else states[name]
        for name in (*project.services, *(name for name in states if name in project.disabled))
    }
    return Observed(
        containers=(*(one for one in mine.values() if one is not None), *others),
        networks=tuple(
            ObservedNetwork(
                id=digest(one.name),
                name=one.name,
                driver=one.driver or "bridge",
                labels=labels.network_labels(project, one),
            )
            for one in project.networks.values()
            if not one.external
        ),
        volumes=tuple(
            ObservedVolume(name=one.name, driver=one.driver or "local", labels=labels.volume_labels(project, one))
            for one in project.volumes.values()
            if not one.external
        ),
        images=images(project),
    )


def stranger(project: str, service: str, name: str, labelled: Mapping[str, str] | None = None) -> Container:
    """A running container that no file describes."""
    return Container(
        id=digest(name),
        name=name,
        project=project,
        service=service,
        state=RunState.RUNNING,
        labels={**(labelled or {})},
    )
