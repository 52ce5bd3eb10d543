"""The labels by which docker compose and devbox know whose a thing is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from devbox import __version__
from devbox.compose import hash as hashes
from devbox.compose.model import Network, Project, Service, Volume

PREFIX = "com.docker.compose."
PROJECT = PREFIX + "project"
SERVICE = PREFIX + "service"
NUMBER = PREFIX + "container-number"
ONEOFF = PREFIX + "oneoff"
SLUG = PREFIX + "slug"
CONFIG_HASH = PREFIX + "config-hash"
CONFIG_FILES = PREFIX + "project.config_files"
WORKING_DIR = PREFIX + "project.working_dir"
ENVIRONMENT_FILE = PREFIX + "project.environment_file"
DEPENDS_ON = PREFIX + "depends_on"
IMAGE = PREFIX + "image"
REPLACE = PREFIX + "replace"
VERSION = PREFIX + "version"
NETWORK = PREFIX + "network"
VOLUME = PREFIX + "volume"
OWN = "devbox."
CONTENTS = OWN + "contents"
DEBUG = OWN + "debug"
"""On a container whose Pythons can be asked for a debugger, and on the volume with what that takes."""
ROLLED_BACK = OWN + "rolled-back"
"""On a container that `rollback` made: the image that the files name, in place of which it runs the previous one."""


def config_hash(project: Project, service: Service) -> str:
    """The loader's hash of the service's configuration; of a service it did not hash, one of its tree."""
    found = project.hashes.get(service.name)
    if found is not None:
        return found
    text = json.dumps(service.tree, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def lenders(service: Service) -> tuple[str, ...]:
    """The services whose container lends it a namespace or its volumes."""
    modes = (service.network_mode, service.ipc, service.pid)
    sources = (line.partition(":")[0] for line in service.volumes_from if not line.startswith("container:"))
    return tuple(
        dict.fromkeys((*(mode.removeprefix("service:") for mode in modes if mode.startswith("service:")), *sources))
    )


def hosted_hash(service: Service, ids: Mapping[str, str]) -> str:
    """The hash of a service that lends from the containers `ids` (service -> id): theirs are part of it."""
    return hashes.hosted_hash(service.tree, ids)


def container_labels(
    project: Project, service: Service, number: int, *, image_id: str = "", replaces: str = "", slug: str = ""
) -> dict[str, str]:
    """A container's labels, the user's first; a `slug` makes it a one-off, `replaces` is the id it stands in for.

    `image_id` "" leaves its label out: the image is not there yet, the one who creates the container fills it in.
    """
    found = {
        **service.labels,
        CONFIG_HASH: config_hash(project, service),
        DEPENDS_ON: ",".join(
            f"{one.service}:{one.condition.value}:{str(one.restart).lower()}" for one in service.depends_on.values()
        ),
        ONEOFF: "True" if slug else "False",
        PROJECT: project.name,
        CONFIG_FILES: ",".join(project.files),
        WORKING_DIR: project.working_dir,
        SERVICE: service.name,
        VERSION: __version__,
    }
    if holds := contents(project, service):
        found[CONTENTS] = ",".join(f"{name}={digest}" for name, digest in holds.items())
    if project.env_files:
        found[ENVIRONMENT_FILE] = ",".join(project.env_files)
    if image_id:
        found[IMAGE] = image_id
    if replaces:
        found[REPLACE] = replaces
    if slug:
        found[SLUG] = slug
    else:
        found[NUMBER] = str(number)
    return found


def contents(project: Project, service: Service) -> dict[str, str]:
    """What the service's configs and secrets hold, "configs.app" -> digest; without those of which it is unknown."""
    used = {
        **{f"configs.{one.source}": project.configs.get(one.source) for one in service.configs},
        **{f"secrets.{one.source}": project.secrets.get(one.source) for one in service.secrets},
    }
    return {name: one.digest for name, one in sorted(used.items()) if one is not None and one.digest}


def altered(project: Project, service: Service, now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What holds something else than when a container with the labels `now` was made: name -> digests, then and now.

    Compose leaves no such label and applies no such change; there it is unknown, and nothing is altered.
    """
    then = dict(pair.split("=", 1) for pair in now.get(CONTENTS, "").split(",") if "=" in pair)
    holds = contents(project, service)
    return {name: (then[name], one) for name, one in holds.items() if name in then and then[name] != one}


def network_labels(project: Project, network: Network) -> dict[str, str]:
    """A network's labels, the user's first."""
    return {
        **network.labels,
        CONFIG_HASH: hashes.network_hash(network.tree),
        PROJECT: project.name,
        NETWORK: network.key,
        VERSION: __version__,
    }


def volume_labels(project: Project, volume: Volume) -> dict[str, str]:
    """A volume's labels, the user's first."""
    return {
        **volume.labels,
        CONFIG_HASH: hashes.volume_hash(volume.tree),
        PROJECT: project.name,
        VOLUME: volume.key,
        VERSION: __version__,
    }
