"""What one place (a container's own layer, or a volume) was given, and what it lacks of what the host has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from devbox.record import dataclass
from devbox.sync.entry import Entry, Kind

_FEW = 8
"""Folders that a path is compared with one by one; a storm has thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is to be done to a place: paths in the container, parents before what lies in them."""

    write: tuple[tuple[str, Entry], ...] = ()
    delete: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.write or self.delete)

    def __len__(self) -> int:
        return len(self.write) + len(self.delete)

    def in_the_way(self) -> tuple[str, ...]:
        """What is to be deleted before anything is written: a file in the place of a folder, or the other way round."""
        if not self.delete:
            return ()
        written = {path for path, _ in self.write}
        heads = {path[:at] for path in written for at, char in enumerate(path) if char == "/"}
        return tuple(path for path in self.delete if path in written or path in heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One path as it was sent at `at` (seconds since the epoch) of the host's folder `root`; `entry` None: it was
    deleted there."""

    entry: Entry | None
    at: float
    root: str = ""


class Ledger:
    """The paths of one place that were given to it, each as it was on the host when it was sent."""

    def __init__(self) -> None:
        self._given: dict[str, Given] = {}

    def __len__(self) -> int:
        return len(self._given)

    def given(self) -> Mapping[str, Given]:
        """path in the container -> as it was sent"""
        return self._given

    def below(self, folders: Iterable[str], root: str) -> list[str]:
        """The paths below these that came from `root` and are there as far as is known."""
        below = _below(folders)
        return [
            path
            for path, given in self._given.items()
            if given.entry is not None and given.root == root and below(path)
        ]

    def lacks(self, wanted: Mapping[str, Entry | None]) -> Lack:
        """Of `wanted` (path in the container -> what the host has there now, None: nothing), what is not there yet.

        What was never given and is gone from the host is deleted as well: the image may have brought it."""
        write: list[tuple[str, Entry]] = []
        delete: list[str] = []
        for path in sorted(wanted):
            entry, given = wanted[path], self._given.get(path)
            if given is not None and given.entry == entry:
                continue
            if entry is None:
                delete.append(path)
            else:
                before = given.entry.kind if given is not None and given.entry is not None else entry.kind
                if before is not entry.kind and Kind.FOLDER in (before, entry.kind):
                    delete.append(path)  # a folder in the place of a file, or a file in the place of a folder
                write.append((path, entry))
        return Lack(write=tuple(write), delete=tuple(_outermost(delete)))

    def note(self, lack: Lack, at: float, root: str = "") -> None:
        """`lack` was made good."""
        if lack.delete:
            self._forget_below(lack.delete)
        for path in lack.delete:
            self._given[path] = Given(entry=None, at=at, root=root)
        for path, entry in lack.write:
            self._given[path] = Given(entry=entry, at=at, root=root)

    def forget(self, paths: Iterable[str]) -> None:
        """What these hold is not known any more."""
        for path in paths:
            self._given.pop(path, None)

    def _forget_below(self, folders: Iterable[str]) -> None:
        for path in list(filter(_below(folders), self._given)):
            del self._given[path]


def _below(folders: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path lies below one of these."""
    tops = {folder.rstrip("/") for folder in folders}
    if len(tops) <= _FEW:
        heads = tuple(f"{top}/" for top in tops)
        return lambda path: path.startswith(heads)
    return lambda path: any(path[:at] in tops for at, char in enumerate(path) if char == "/")


def _outermost(paths: list[str]) -> list[str]:
    """The paths that lie in none of the others; `paths` sorted."""
    found: list[str] = []
    kept: set[str] = set()
    for path in paths:
        parts = path.split("/")
        if not any("/".join(parts[:count]) in kept for count in range(1, len(parts))):
            kept.add(path)
            found.append(path)
    return found
