"""Where in a container a path lies, and so by which way it is written there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from devbox.record import dataclass


class Ground(Enum):
    """What holds the path."""

    LAYER = "its own layer"
    VOLUME = "a volume"
    TMPFS = "a tmpfs"
    BIND = "a folder of this machine"
    READ_ONLY = "a read-only file system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`base` is the folder that is mounted ("/": the root file system), `volume` the name of the volume or "";
    `subpath`: the folder of it that is mounted there, "" for all of it."""

    ground: Ground
    base: str = "/"
    volume: str = ""
    subpath: str = ""

    def inner(self, path: str) -> str:
        """A path of the container as the place itself has it: a volume may be mounted elsewhere in another one."""
        return path[len(self.base.rstrip("/")) :] or "/" if self.volume else path

    def outer(self, path: str) -> str:
        """The contrary of `inner`."""
        return self.base.rstrip("/") + path if self.volume else path


def place(path: str, body: Mapping[str, Any]) -> Place:
    """Where `path` lies in the container whose inspect answer is `body`."""
    found = Place(ground=Ground.READ_ONLY if _host(body).get("ReadonlyRootfs") else Ground.LAYER)
    for mount in _mounts(body):
        if _below(path, mount.base) and len(mount.base) > len(found.base):
            found = mount
    return found


def places_below(path: str, body: Mapping[str, Any]) -> tuple[Place, ...]:
    """What is mounted somewhere below `path`."""
    return tuple(mount for mount in _mounts(body) if mount.base != path and _below(mount.base, path))


def _mounts(body: Mapping[str, Any]) -> list[Place]:
    found = [Place(ground=Ground.TMPFS, base=base.rstrip("/")) for base in _host(body).get("Tmpfs") or {}]
    asked = {str(one.get("Target", "")): one for one in _host(body).get("Mounts") or ()}
    for mount in body.get("Mounts") or ():
        base = str(mount.get("Destination", ""))
        match mount.get("Type"):
            case "bind":
                found.append(Place(ground=Ground.BIND, base=base))
            case "tmpfs":
                found.append(Place(ground=Ground.TMPFS, base=base))
            case "volume" if mount.get("RW"):
                options = asked.get(base, {}).get("VolumeOptions") or {}
                name, subpath = str(mount.get("Name", "")), str(options.get("Subpath") or "")
                found.append(Place(ground=Ground.VOLUME, base=base, volume=name, subpath=subpath))
            case _:
                found.append(Place(ground=Ground.READ_ONLY, base=base))
    return found


def _below(path: str, base: str) -> bool:
    return path == base or path.startswith(base.rstrip("/") + "/")


def _host(body: Mapping[str, Any]) -> Mapping[str, Any]:
    host = body.get("HostConfig")
    return host if isinstance(host, Mapping) else {}
