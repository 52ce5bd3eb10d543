"""The labels by which docker compose and devbox know whose a thing is."""

from __future__ import annotations

import hashlib
import json

from devbox import __version__
from devbox.compose.hash import network_hash, volume_hash
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


def config_hash(project: Project, service: Service) -> str:
    """The loader's hash of the service's configuration; of a service it did not hash, one of its tree."""
    found = project.hashes.get(service.name)
    if found is not None:
        return found
    text = json.dumps(service.tree, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def container_labels(
    project: Project, service: Service, number: int, *, image_id: str = "", replaces: str = "", slug: str = ""
) -> dict[str, str]:
    """A container's labels, the user's first; a `slug` makes it a one-off, `replaces` is the id it stands in for.

    `image_id` "" leaves its label out: the image is not there yet, the one who creates the container fills it in.
    """
    found = {
        **service.labels,
        CONFIG_HASH: config_hash(project, service),
        NUMBER: str(number),
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
    if project.env_files:
        found[ENVIRONMENT_FILE] = ",".join(project.env_files)
    if image_id:
        found[IMAGE] = image_id
    if replaces:
        found[REPLACE] = replaces
    if slug:
        found[SLUG] = slug
    return found


def network_labels(project: Project, network: Network) -> dict[str, str]:
    """A network's labels, the user's first."""
    return {
        **network.labels,
        CONFIG_HASH: network_hash(network.tree),
        PROJECT: project.name,
        NETWORK: network.key,
        VERSION: __version__,
    }


def volume_labels(project: Project, volume: Volume) -> dict[str, str]:
    """A volume's labels, the user's first."""
    return {
        **volume.labels,
        CONFIG_HASH: volume_hash(volume.tree),
        PROJECT: project.name,
        VOLUME: volume.key,
        VERSION: __version__,
    }
