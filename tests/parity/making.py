"""A stack made by one program or the other, and everything the engine then says of it."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient

from tests.real import LABEL

COMPOSE = shlex.split(os.environ.get("DEVBOX_PARITY_COMPOSE", "docker compose"))
"""The program that devbox is compared with."""
DEVBOX = [sys.executable, "-m", "devbox"]

VERSION = "com.docker.compose.version"
OWN = "devbox."
"""what devbox's own labels begin with"""
SERVICE = "com.docker.compose.service"
DEPENDS_ON = "com.docker.compose.depends_on"
ANONYMOUS = re.compile("[0-9a-f]{64}")
"""names of volumes that have none"""
UNORDERED = ("Binds", "ExtraHosts", "Mounts", "Ulimits")
"""lists of HostConfig that Compose writes in no order"""

Thing = dict[str, Any]
"""What `docker inspect` says of one thing, less what differs from one making to the next."""


@dataclass(frozen=True)
class Made:
    """Things by name; `said` is the program's output, `version` Compose's own label ("" if nothing was made)."""

    exit_code: int
    said: str
    version: str
    containers: Mapping[str, Thing]
    networks: Mapping[str, Thing]
    volumes: Mapping[str, Thing]

    def of(self, service: str) -> dict[str, Thing]:
        """The containers of a service."""
        found = self.containers.items()
        return {name: one for name, one in found if one["Config"]["Labels"][SERVICE] == service}


@dataclass(frozen=True)
class Maker:
    """Makes the stacks of a folder; `tag` tells the things of this run from all others."""

    client: DockerClient
    folder: Path
    tag: str

    def project(self, stack: str) -> str:
        return f"{self.tag}-{Path(stack).name}"

    def run(self, program: Sequence[str], stack: str, *verb: str) -> tuple[int, str]:
        """The exit code of the program on that stack, and what it said."""
        more = {"HOME": str(self.folder), "OUTSIDE": f"{self.tag}-outside", "PASSED": "shell", "OF_SHELL": "shell\n"}
        options = ["-p", self.project(stack), "-f", str(self.folder / f"{stack}.yaml"), "--profile", "on"]
        done = subprocess.run(
            [*program, *options, *verb],
            env={**os.environ, **more},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=100,
        )
        return done.returncode, done.stdout + done.stderr

    def make(self, program: Sequence[str], stack: str, *verb: str) -> Made:
        """Run it, and look at what the engine has then."""
        code, said = self.run(program, stack, *verb)
        api, own = self.client.api, {"label": f"{LABEL}={self.project(stack)}"}
        every = api.containers(all=True)
        ids = {one["Id"]: one["Names"][0].lstrip("/") for one in every if one["Names"]}
        ids |= {one["Id"]: one["Name"] for one in api.networks(names=[f"{self.tag}-outside"])}
        found = [api.inspect_container(one["Id"]) for one in api.containers(all=True, filters=own)]
        volumes = [one for one in api.volumes(filters=own)["Volumes"] or () if not ANONYMOUS.fullmatch(one["Name"])]
        return Made(
            exit_code=code,
            said=said,
            version=next((str(one["Config"]["Labels"][VERSION]) for one in found), ""),
            containers={one["Name"].lstrip("/"): _container(_named(one, ids)) for one in found},
            networks={one["Name"]: _plain(one, "Id", "Created", "Containers") for one in api.networks(filters=own)},
            volumes={one["Name"]: _plain(one, "CreatedAt") for one in volumes},
        )


def _plain(found: Thing, *keys: str) -> Thing:
    labels = {key: value for key, value in (found["Labels"] or {}).items() if key != VERSION}
    return {key: value for key, value in found.items() if key not in keys} | {"Labels": labels}


def _named(found: Thing, ids: Mapping[str, str]) -> Thing:
    """With names instead of ids; a short id (the default hostname) becomes <name>."""
    text = json.dumps(found)
    for mount in found["Mounts"]:
        if ANONYMOUS.fullmatch(mount.get("Name", "")):
            text = text.replace(mount["Name"], "<anonymous>")
    for id, name in ids.items():
        text = text.replace(id, name).replace(id[:12], f"<{name}>")
    return dict(json.loads(text))


def _container(found: Thing) -> Thing:
    config, host, networks = found["Config"], found["HostConfig"], found["NetworkSettings"]["Networks"]
    labels = {key: value for key, value in config["Labels"].items() if key != VERSION and not key.startswith(OWN)}
    labels[DEPENDS_ON] = sorted(labels.get(DEPENDS_ON, "").split(","))
    config["Labels"], config["Env"] = labels, sorted(config["Env"] or ())
    host |= {key: _sorted(host.get(key)) for key in UNORDERED}
    for endpoint in networks.values():
        endpoint["Links"] = _sorted(endpoint["Links"])
    kept = {key: found[key] for key in ("Path", "Args", "Image", "Platform", "MountLabel", "AppArmorProfile")}
    mounts = {one["Destination"]: one for one in found["Mounts"]}
    return {**kept, "Config": config, "HostConfig": host, "Mounts": mounts, "Networks": networks}


def _sorted(items: Iterable[Any] | None) -> list[Any]:
    return sorted(items or (), key=str)


def differences(wanted: Any, found: Any, path: str = "") -> dict[str, str]:
    """Path -> how what devbox made (`found`) differs there from what Compose made."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        result = {}
        for key in sorted(wanted.keys() | found.keys()):
            result |= differences(wanted.get(key), found.get(key), f"{path}.{key}" if path else key)
        return result
    return {} if wanted == found else {path: f"compose has {json.dumps(wanted)}, devbox {json.dumps(found)}"}
