"""What is not equal, and why: patterns (fnmatch) of definitions and paths. The guide `compose` tells it to users."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, NamedTuple


class Row(NamedTuple):
    definitions: str
    path: str
    why: str

    def covers(self, definition: str, path: str) -> bool:
        return fnmatchcase(definition, self.definitions) and fnmatchcase(path, self.path)


_HASH = "Config.Labels.com.docker.compose.config-hash"
_BY_ID = "the hash counts the id of the other container, which differs with every making"

ALWAYS = (
    Row("peers:volumes-from-read-only", "HostConfig.VolumesFrom", "Compose loses the mode, so :ro becomes writable"),
    Row("peers:volumes-from-read-only", "Mounts.*.RW", "as above, in effect"),
    Row("peers:volumes-from-container-ro", "HostConfig.VolumesFrom", "as above"),
    Row("networks:back", "IPAM.Options", "Compose does not tell the engine the options of ipam"),
)
"""Different by devbox's choice."""

SINCE_2_40 = (
    Row("networks:mode-of-service", _HASH, _BY_ID),
    Row("security:*-of-service", _HASH, _BY_ID),
    Row("peers:volumes-from*", _HASH, _BY_ID),
    Row("later:api-socket", "Config.Env", "devbox does not hand the container the registries' credentials"),
    Row("later:api-socket", _HASH, "as above"),
)
"""Different from Compose 2.40 only; of others the hashes are not compared, for they changed from release to release."""

BEFORE_2_40 = (
    Row("security:capabilities*", "HostConfig.Cap*", "capabilities went to the engine as they were written"),
    Row("security:devices-reserved", "HostConfig.DeviceRequests", "options of devices were lost"),
    Row("networks:mac-of-service*", "*.MacAddress", "a service's own address was lost on an engine of API 1.44"),
)
"""What Compose itself does otherwise since."""


def in_one_form(found: Any) -> Any:
    """A container with Binds written as Mounts, and without what differs by that: releases chose differently."""
    host = found.get("HostConfig")
    if host is None:
        return found
    mounts = [*map(_as_mount, host["Binds"]), *map(_bare, host["Mounts"])]
    return {**found, "HostConfig": {**host, "Binds": [], "Mounts": {one["Target"]: one for one in mounts}}}


def _as_mount(line: str) -> dict[str, Any]:
    source, target, *modes = line.split(":")
    words = modes[0].split(",") if modes else []
    kind = "bind" if source.startswith("/") else "volume"
    propagation = next((word for word in words if word.endswith(("shared", "slave", "private"))), "")
    more = {"ReadOnly": True} if "ro" in words else {}
    options = {"Propagation": propagation} if propagation else {}
    return _bare({"Type": kind, "Source": source, "Target": target, "BindOptions": options, **more})


def _bare(mount: dict[str, Any]) -> dict[str, Any]:
    options = {key: value for key, value in mount.get("BindOptions", {}).items() if key != "CreateMountpoint"}
    kept = {key: value for key, value in {**mount, "BindOptions": options}.items() if value != {}}
    kept.pop("Consistency", None)
    return kept
