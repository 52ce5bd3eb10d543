"""Containers for the contract's tests, with the labels a project's containers bear."""

from __future__ import annotations

from typing import Any

from devbox.compose.model import Network, Volume
from devbox.plan.steps import ContainerSpec, InjectedFile
from tests.real import IMAGE, LABEL

FOREVER = ("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done")


def labels(project: str, service: str = "app", number: int = 1, *, oneoff: bool = False) -> dict[str, str]:
    return {
        LABEL: project,
        "com.docker.compose.service": service,
        "com.docker.compose.container-number": str(number),
        "com.docker.compose.oneoff": str(oneoff),
        "com.docker.compose.config-hash": "abc",
        "com.docker.compose.project.config_files": "/shop/compose.yml",
        "com.docker.compose.project.working_dir": "/shop",
    }


def spec(
    project: str,
    service: str = "app",
    command: tuple[str, ...] = FOREVER,
    *,
    number: int = 1,
    image: str = IMAGE,
    oneoff: bool = False,
    files: tuple[InjectedFile, ...] = (),
    networks: dict[str, Any] | None = None,
    host: dict[str, Any] | None = None,
    **body: Any,
) -> ContainerSpec:
    """A container of `project`; `body` are further keys of the engine's create schema, `host` of its HostConfig."""
    return ContainerSpec(
        name=f"{project}-{service}-{number}",
        service=service,
        number=number,
        image=image,
        body={
            "Image": image,
            "Cmd": list(command),
            "StopSignal": "SIGKILL",
            "Labels": labels(project, service, number, oneoff=oneoff),
            "HostConfig": {"NetworkMode": "none", **(host or {})},
            **body,
        },
        extra_networks=networks or {},
        files=files,
    )


def network(project: str, key: str = "default") -> Network:
    return Network(key=key, name=f"{project}_{key}")


def volume(project: str, key: str = "data") -> Volume:
    return Volume(key=key, name=f"{project}_{key}")
