"""What one place (a container's own layer, a tmpfs, or a volume) was given, and what it lacks of what the host has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from devbox.record import dataclass
from devbox.sync.entry import Entry, Kind

_FEW = 8
"""Folders that a path is compared with one by one; a storm has thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is to be done to a place: paths in it, parents before what lies in them."""

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
    deleted there.

    Not `sure`: it may be there otherwise. It was not sent to the end, or was read so soon after its change that the
    next one may bear the same time; `digest` of its content tells then."""

    entry: Entry | None
    at: float
    root: str = ""
    sure: bool = True
    digest: str = ""

    def same(self, other: Given | None) -> bool:
        """Whether both mean the same content."""
        if other is None or self.entry != other.entry:
            return False
        return self.digest == other.digest or not (self.digest and other.digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """One path that could not be sent at `at`, and why."""

    error: str
    at: float
    root: str = ""


class Ledger:
    """The paths of one place that were given to it, each as it was on the host when it was sent."""

    def __init__(self, given: Mapping[str, Given] | None = None, missed: Mapping[str, Missed] | None = None) -> None:
        self._given: dict[str, Given] = {}
        self._inside: dict[str, set[str]] = {}
        """folder -> the names in it of what was given there or below"""
        self._missed: dict[str, Missed] = {}
        self.version = 0
        """Another one whenever something was noted."""
        for path, one in (given or {}).items():
            self._set(path, one)
        self._missed |= missed or {}

    def given(self) -> Mapping[str, Given]:
        """path -> as it was sent"""
        return self._given

    def missed(self) -> Mapping[str, Missed]:
        """path -> why it could not be sent"""
        return self._missed

    def below(self, folders: Iterable[str], root: str) -> list[str]:
        """The paths below these that came from `root` and are there as far as is known."""
        found = []
        waiting = list(dict.fromkeys(folders))
        seen = set(waiting)
        while waiting:
            folder = waiting.pop().rstrip("/")
            for name in self._inside.get(folder, ()):
                path = f"{folder}/{name}"
                if path in seen:
                    continue
                seen.add(path)
                waiting.append(path)
                one = self._given.get(path)
                if one is not None and one.entry is not None and one.root == root:
                    found.append(path)
        return found

    def lacks(self, wanted: Mapping[str, Entry | None]) -> Lack:
        """Of `wanted` (path -> what the host has there now, None: nothing), what is not surely there yet.

        What was never given and is gone from the host is deleted as well: the image may have brought it."""
        write: list[tuple[str, Entry]] = []
        delete: list[str] = []
        for path in sorted(wanted):
            entry, given = wanted[path], self._given.get(path)
            if given is not None and given.sure and given.entry == entry:
                continue
            if entry is None:
                if not self._is_gone(path, wanted):
                    delete.append(path)
            else:
                before = given.entry.kind if given is not None and given.entry is not None else entry.kind
                if before is not entry.kind and Kind.FOLDER in (before, entry.kind):
                    delete.append(path)  # a folder in the place of a file, or a file in the place of a folder
                write.append((path, entry))
        return Lack(write=tuple(write), delete=tuple(outermost(delete)))

    def _is_gone(self, path: str, wanted: Mapping[str, Entry | None]) -> bool:
        """Whether it is gone, or goes, with a folder above it; where that is a file or a link now, which may lead
        elsewhere, too."""
        while path := path.rpartition("/")[0]:
            given = self._given.get(path)
            if path in wanted or given is not None:
                entry = wanted.get(path, given.entry if given is not None else None)
                return entry is None or entry.kind is not Kind.FOLDER
        return False

    def doubts(self, paths: Iterable[str]) -> dict[str, str]:
        """The paths of these that may be there already -> the digest of what was sent."""
        given = {path: self._given.get(path) for path in paths}
        return {path: one.digest for path, one in given.items() if one is not None and not one.sure and one.digest}

    def intend(self, write: Iterable[tuple[str, Entry]], at: float, root: str = "") -> None:
        """These are about to be sent: until that is noted they are there in part, or not at all."""
        for path, entry in write:
            self._set(path, Given(entry=entry, at=at, root=root, sure=False))

    def note(
        self,
        lack: Lack,
        at: float,
        root: str = "",
        digests: Mapping[str, str] | None = None,
        unsure: Iterable[str] = (),
    ) -> None:
        """`lack` was made good; `unsure` of what was written may have changed again without showing it."""
        doubtful, known = set(unsure), digests or {}
        for path in lack.delete:
            self._forget_below(path)
            self._set(path, Given(entry=None, at=at, root=root))
        for path, entry in lack.write:
            sure, digest = path not in doubtful, known.get(path, "")
            self._set(path, Given(entry=entry, at=at, root=root, sure=sure, digest=digest))

    def miss(self, paths: Iterable[str], error: str, at: float, root: str = "") -> None:
        """These could not be sent."""
        missed = {path: Missed(error=error, at=at, root=root) for path in paths}
        if any(self._missed.get(path) != one for path, one in missed.items()):
            self._missed |= missed
            self.version += 1

    def remember(self, entries: Mapping[str, Entry | None], at: float, root: str) -> None:
        """These were to be somewhere, whatever has become of that."""
        for path, entry in entries.items():
            known = self._given.get(path)
            if known is None or known.entry != entry or known.root != root:
                self._set(path, Given(entry=entry, at=at, root=root))

    def leave(self, paths: Iterable[str], at: float) -> None:
        """These are gone from the host and stay where they are, with what is below them."""
        for path in paths:
            self._set(path, Given(entry=None, at=at))

    def unsettle(self, paths: Iterable[str], *, below: bool = False) -> None:
        """These are not there as they were sent; `below`: nor is what lies in them."""
        waiting = list(paths)
        while waiting:
            path = waiting.pop()
            if below:
                waiting += [f"{path}/{name}" for name in self._inside.get(path, ())]
            if (one := self._given.get(path)) is not None:
                self._set(path, replace(one, sure=False, digest=""))

    def _set(self, path: str, given: Given) -> None:
        self._missed.pop(path, None)
        self.version += 1
        if path not in self._given:
            inner = path
            while "/" in inner:
                folder, _, name = inner.rpartition("/")
                names = self._inside.get(folder)
                if names is None:
                    names = self._inside[folder] = set()
                elif name in names:
                    break
                names.add(name)
                inner = folder
        self._given[path] = given
        if given.entry is not None:
            self._doubt_deletions_above(path)

    def _doubt_deletions_above(self, path: str) -> None:
        """Unpacking something makes the folders that it lies in."""
        while (path := path.rpartition("/")[0]) and ((above := self._given.get(path)) is None or above.entry is None):
            if above is not None:
                self._given[path] = replace(above, sure=False)

    def _forget_below(self, folder: str) -> None:
        waiting = [folder]
        while waiting:
            inner = waiting.pop()
            for name in self._inside.pop(inner, ()):
                path = f"{inner}/{name}"
                self._given.pop(path, None)
                self._missed.pop(path, None)
                waiting.append(path)


def outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie in none of the others, sorted."""
    found: list[str] = []
    kept: set[str] = set()
    for path in sorted(paths):
        parts = path.split("/")
        if not any("/".join(parts[:count]) in kept for count in range(1, len(parts))):
            kept.add(path)
            found.append(path)
    return found
