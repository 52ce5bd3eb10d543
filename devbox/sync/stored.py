"""A ledger as text that outlives a process: a head of one line, then a line for each path."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from devbox.record import dataclass
from devbox.sync.entry import Entry, Kind
from devbox.sync.ledger import Given, Ledger, Missed

LIMIT = 200_000
"""Paths above which nothing is kept: what is sent anew costs less than what would be read each time."""
REMEMBERED = 7 * 24 * 3600.0
"""Seconds for which it is kept that something was deleted."""
_FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What a ledger is of. `life` tells one place of that name from the next: when it was made or began."""

    kind: str
    name: str
    life: str = ""
    part: str = ""

    @property
    def text(self) -> str:
        """For people and for names of files."""
        return "-".join(part for part in (self.kind, self.name, self.life, self.part) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A ledger as it was at one moment."""

    given: Mapping[str, Given]
    missed: Mapping[str, Missed]

    def with_later(self, other: Snapshot) -> Snapshot:
        """With what another process has noted later."""
        given = dict(self.given)
        for path, one in other.given.items():
            if path not in given or one.at > given[path].at:
                given[path] = one
        newest = {path: one for path, one in other.missed.items() if path not in given or one.at > given[path].at}
        return Snapshot(given=given, missed={**newest, **self.missed})


def snapshot(ledger: Ledger) -> Snapshot:
    """Of `ledger`, which may go on changing."""
    return Snapshot(given=dict(ledger.given()), missed=dict(ledger.missed()))


def ledger(of: Snapshot) -> Ledger:
    """The contrary of `snapshot`."""
    return Ledger(of.given, of.missed)


def encode(key: Key, of: Snapshot, now: float) -> Iterator[str]:
    """Line by line."""
    roots: dict[str, int] = {}
    for root in (*(one.root for one in of.given.values()), *(one.root for one in of.missed.values())):
        roots.setdefault(root, len(roots))
    yield _line({"form": _FORM, "key": [key.kind, key.name, key.life, key.part], "roots": list(roots)})
    for path, given in of.given.items():
        if (entry := given.entry) is None:
            if now - given.at < REMEMBERED:
                yield _line([path, round(given.at, 3), roots[given.root]])
            continue
        lies = [entry.kind.value, entry.mode, entry.size, entry.mtime, entry.changed, entry.link]
        yield _line([path, round(given.at, 3), roots[given.root], int(given.sure), given.digest, lies])
    for path, missed in of.missed.items():
        yield _line([path, round(missed.at, 3), roots[missed.root], missed.error])


def key_of(head: str) -> Key | None:
    """Which ledger a text is of, by its first line; None where that is none of ours."""
    return _head(head)[0]


def decode(lines: Iterable[str]) -> Snapshot | None:
    """None where the text is broken, in whatever way."""
    given: dict[str, Given] = {}
    missed: dict[str, Missed] = {}
    every = iter(lines)
    key, roots = _head(next(every, ""))
    if key is None:
        return None
    try:
        for text in every:
            match json.loads(text):
                case [str(path), int() | float() as at, int(root)]:
                    given[path] = Given(entry=None, at=at, root=roots[root])
                case [str(path), int() | float() as at, int(root), str(error)]:
                    missed[path] = Missed(error=error, at=at, root=roots[root])
                case [str(path), int() | float() as at, int(root), int(sure), str(digest), list(lies)]:
                    given[path] = Given(entry=_entry(*lies), at=at, root=roots[root], sure=bool(sure), digest=digest)
                case _:
                    return None
    except (ValueError, TypeError, IndexError, OverflowError, RecursionError):
        return None
    return Snapshot(given=given, missed=missed)


def _entry(kind: str, mode: int, size: int, mtime: int, changed: int, link: str) -> Entry:
    return Entry(
        kind=Kind(kind), mode=int(mode), size=int(size), mtime=int(mtime), changed=int(changed), link=str(link)
    )


def _head(line: str) -> tuple[Key | None, list[str]]:
    try:
        match json.loads(line):
            case {"form": int(form), "key": [str(kind), str(name), str(life), str(part)], "roots": list(roots)}:
                if form == _FORM:
                    return Key(kind=kind, name=name, life=life, part=part), [str(root) for root in roots]
    except (ValueError, RecursionError):
        pass
    return None, []


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")) + "\n"
