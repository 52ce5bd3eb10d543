"""Which files of this machine are which files of a container: by mounts, by sync rules, by what the image copied."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any

from devbox.compose.model import Mount, MountKind, Service, Volume
from devbox.debug.model import Pair
from devbox.hardening.finding import Where
from devbox.record import dataclass
from devbox.sync.rules import Rule


class _Kind(IntEnum):
    """What makes a pair; of two that mean the same folder, the lower one is believed first."""

    BIND = 0
    SYNC = 1
    COPY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """A pair in force wherever no mount hides it; `takes` says of paths below it whether they are meant."""

    pair: Pair
    kind: _Kind
    takes: Callable[[str], bool] | None = None


class Paths:
    """The pairs of one container, most specific first, and the way between both sides.

    `mounts` are the container's by the folder where they are. `exists` tells whether the host has a file: where two
    folders of the host are one in the container it decides, and what only the container has is "" then.
    """

    def __init__(
        self,
        links: Iterable[_Link] = (),
        mounts: Mapping[str, MountKind] | None = None,
        exists: Callable[[str], bool] | None = None,
    ) -> None:
        self._links = sorted(links, key=lambda link: (-len(link.pair.there), link.kind))
        self._by_host = sorted(self._links, key=lambda link: (-len(link.pair.host), link.kind))
        self._mounts = mounts or {}
        self._exists = exists

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Most specific first, as debuggers want their path mappings; each two folders once."""
        found: dict[tuple[str, str], Pair] = {}
        for link in self._links:
            found.setdefault((link.pair.host, link.pair.there), link.pair)
        return tuple(found.values())

    def host(self, there: str) -> str:
        """The file of this machine that `there` in the container is; "" where none is."""
        path = posixpath.normpath(there)
        for link in self._links:
            below = inside(path, link.pair.there)
            if below is None or not self._in_force(link, path, below):
                continue
            found = _join(link.pair.host, below)
            if self._exists is None or self._exists(found):
                return found
        return ""

    def there(self, host: str) -> str:
        """Where the file of this machine is in the container; "" where it is not."""
        path = posixpath.normpath(host)
        for link in self._by_host:
            below = inside(path, link.pair.host)
            if below is not None and self.host(found := _join(link.pair.there, below)) == path:
                return found
        return ""

    def _in_force(self, link: _Link, path: str, below: str) -> bool:
        base = max((base for base in self._mounts if inside(path, base) is not None), key=len, default="")
        match self._mounts.get(base), link.kind:
            case (MountKind.BIND, _Kind.BIND):
                return base == link.pair.there
            case (MountKind.BIND, _) | (_, _Kind.BIND) | (MountKind.TMPFS, _Kind.COPY):
                return False
        return link.takes is None or link.takes(below)


def derive(
    service: Service,
    body: Mapping[str, Any],
    *,
    rules: Sequence[Rule] = (),
    copies: Sequence[Pair] = (),
    volumes: Mapping[str, Volume] | None = None,
    exists: Callable[[str], bool] | None = None,
    where: Where | None = None,
) -> Paths:
    """The paths of a container of `service`, whose inspect answer is `body` ({}: as the files want it).

    `rules` are those of develop.watch, `copies` what its image took of this machine (devbox.debug.copies), later ones
    last; `volumes` the project's, by key.
    """
    place = _Said(service.name, where)
    asked = {mount.target: (mount, at) for at, mount in enumerate(service.volumes)}
    mounts: dict[str, MountKind] = {}
    links: list[_Link] = []
    for base, kind, source in _mounts(service, body):
        mount, at = asked.get(base, (None, 0))
        folder = _folder(mount, volumes or {}) or (source if kind is MountKind.BIND else "")
        mounts[base] = MountKind.BIND if folder else kind
        if folder:
            why = "bind mount" if kind is MountKind.BIND else f"volume {mount.source if mount else ''} of that folder"
            said = place(why, "volumes", at) if mount else why
            links.append(_Link(pair=Pair(host=folder, there=base, why=said), kind=_Kind.BIND))
    for rule in rules:
        if rule.service == service.name and rule.action.copies and rule.target:
            said = place(f"sync rule {rule.index + 1}", "develop", "watch", rule.index)
            pair = Pair(host=rule.root, there=rule.target, why=said)
            links.append(_Link(pair=pair, kind=_Kind.SYNC, takes=rule.takes))
    links += [_Link(pair=pair, kind=_Kind.COPY) for pair in reversed(copies)]
    return Paths(links, mounts, exists)


class _Said:
    """Puts the place behind a reason, where the files' places are known."""

    def __init__(self, service: str, where: Where | None) -> None:
        self._service = service
        self._where = where

    def __call__(self, why: str, *path: str | int) -> str:
        place = self._where(("services", self._service, *path)) if self._where else None
        return f"{why} ({posixpath.basename(place.file)}:{place.line})" if place and place.line else why


def _mounts(service: Service, body: Mapping[str, Any]) -> Iterator[tuple[str, MountKind, str]]:
    """(where it is in the container, what it is, what is mounted): as found, else as the files want it.

    Secrets and configs are no source."""
    if "Mounts" not in body:
        yield from ((mount.target, mount.kind, mount.source) for mount in service.volumes)
        yield from ((entry.partition(":")[0], MountKind.TMPFS, "") for entry in service.tmpfs)
        return
    files = {one.target for one in (*service.configs, *service.secrets)}
    for mount in body["Mounts"]:
        base, kind = str(mount.get("Destination", "")), _kind(str(mount.get("Type", "")))
        if base not in files and not base.startswith("/run/secrets/"):
            yield base, kind, str(mount.get("Source", ""))
    host = body.get("HostConfig")
    for base in (host.get("Tmpfs") or {}) if isinstance(host, Mapping) else ():
        yield str(base), MountKind.TMPFS, ""


def _kind(text: str) -> MountKind:
    return next((kind for kind in MountKind if kind.value == text), MountKind.VOLUME)


def _folder(mount: Mount | None, volumes: Mapping[str, Volume]) -> str:
    """The folder of this machine that the files mount; "" where they mount something else."""
    if mount is None:
        return ""
    if mount.kind is MountKind.BIND:
        return mount.source
    volume = volumes.get(mount.source) if mount.kind is MountKind.VOLUME else None
    if volume is None or volume.driver not in ("", "local") or "bind" not in volume.driver_opts.get("o", "").split(","):
        return ""
    device = volume.driver_opts.get("device", "")
    return _join(device, mount.volume_subpath) if device.startswith("/") else ""


def inside(path: str, folder: str) -> str | None:
    """`path` relative to `folder`, "" for the folder itself; None where it lies elsewhere."""
    if path == folder:
        return ""
    base = folder.rstrip("/") + "/"
    return path[len(base) :] if path.startswith(base) else None


def _join(folder: str, below: str) -> str:
    return posixpath.join(folder, below) if below else folder
