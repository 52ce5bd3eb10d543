"""Debug on demand: the volume with the helper, as a container mounts it beside what its files say.

Nothing of it is in the files, nor in the hash of the configuration, so that `docker compose up` leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from devbox.compose.model import Service
from devbox.plan import labels
from devbox.plan.commands import Up
from devbox.plan.observed import Container
from devbox.plan.steps import ContainerSpec

FOLDER = "/devbox-debug"
"""Where it lies in a container."""
START = f"{FOLDER}/start"
"""Before all else that Python looks for modules in."""
GETS = "it gets the debug helper"
_PATH = "PYTHONPATH="


def wants_helper(up: Up, service: Service) -> bool:
    return service.name in up.debug or bool(up.helpers and service.debug and service.debug.on_demand)


def lacks_helper(up: Up, service: Service, container: Container) -> str:
    """Why the container must be made anew for it ("": it need not)."""
    return GETS if wants_helper(up, service) and labels.DEBUG not in container.labels else ""


def with_helper(spec: ContainerSpec, volume: str, image_environment: tuple[str, ...]) -> ContainerSpec:
    """The container with the helper of that volume, in front of its own PYTHONPATH or its image's."""
    environment = list(spec.body.get("Env", ()))
    own = [line for line in environment if line.partition("=")[0] == _PATH[:-1]]
    path = next((line for line in (*own, *image_environment) if line.partition("=")[0] == _PATH[:-1]), "")
    joined = ":".join(filter(None, (START, path.partition("=")[2])))
    host = spec.body.get("HostConfig", {})
    body = {
        **spec.body,
        "Env": [*(line for line in environment if line not in own), f"{_PATH}{joined}"],
        "Labels": {**spec.body.get("Labels", {}), labels.DEBUG: volume},
        "HostConfig": {**host, "Binds": [*host.get("Binds", ()), f"{volume}:{FOLDER}:ro"]},
    }
    return replace(spec, body=body)


def without_helper(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a container's inspect answer would be without it."""
    config, host = body.get("Config") or {}, body.get("HostConfig") or {}
    if labels.DEBUG not in (config.get("Labels") or {}):
        return body
    lines = list(config.get("Env") or ())
    ours = [line for line in lines if line.startswith(f"{_PATH}{START}")]
    # The rest may have been the image's, whose variables come last.
    rest = [_PATH + line.partition(":")[2] for line in ours if ":" in line]
    kept = [line for line in lines if line not in ours]
    binds = [line for line in host.get("Binds") or () if f":{FOLDER}:" not in line]
    return {**body, "Config": {**config, "Env": [*kept, *rest]}, "HostConfig": {**host, "Binds": binds or None}}
