"""Files of this machine that are copied into containers: what lies where, packed, and told when they change."""

# A walk over 50,000 files takes three times as long with pathlib.
# ruff: noqa: PTH113, PTH115, PTH116, PTH118, PTH123
from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from pathlib import Path

from devbox.adapters.changes import ChangeSource
from devbox.adapters.digests import digest
from devbox.adapters.packing import Packing, seen
from devbox.adapters.threads import Threads, batches
from devbox.ports import Changes, Owner
from devbox.sync.compare import Held
from devbox.sync.entry import Entry, Kind
from devbox.sync.patterns import lines_of
from devbox.sync.rules import Rule

_WAITING = 64
"""Batches of changes that wait for their taker before the watcher pauses; the kernel keeps what comes then."""

_MANY, _REPLACING = 20, 0.02
"""Paths looked at from which on some may be about to be replaced, and the seconds that this may take."""


class HostTree:
    """ports.Sources over this machine's file system."""

    def __init__(self) -> None:
        self._threads = Threads()

    async def scan(self, rule: Rule) -> dict[str, Entry]:
        return await self._threads.call(lambda: _scan(rule))

    async def look(self, rule: Rule, paths: Iterable[str]) -> dict[str, Entry | None]:
        wanted = tuple(paths)
        return await self._threads.call(lambda: _look(rule, wanted))

    def pack(self, files: Sequence[tuple[str, str, Entry]], owner: Owner) -> Packing:
        return Packing(files, owner)

    async def digests(self, paths: Iterable[str]) -> dict[str, str]:
        wanted = tuple(paths)
        return await self._threads.call(lambda: {path: _digest(path) for path in wanted})

    async def held(self, rule: Rule) -> dict[str, Held]:
        return await self._threads.call(lambda: _held(rule))

    def changes(self, roots: Sequence[str]) -> AsyncGenerator[Changes, None]:
        return batches(lambda: ChangeSource(roots), _WAITING)

    def ignore_file(self, folder: str) -> tuple[str, ...]:
        try:
            text = Path(folder, ".dockerignore").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ()
        return tuple(lines_of(text))


def _scan(rule: Rule) -> dict[str, Entry]:
    root = _entry(rule.root, rule.root)
    if root is None:
        return {}
    if root.kind is not Kind.FOLDER:
        return {"": root}
    return _below(rule, "")


def _held(rule: Rule) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for path, entry in _scan(rule).items():
        content = ""
        if entry.kind is Kind.FILE:
            source = os.path.join(rule.root, path) if path else rule.root
            content = _digest(source)
            if not content and not os.path.lexists(source):
                continue
        found[path] = Held(kind=entry.kind, mode=entry.mode, digest=content, link=entry.link)
    return found


def _digest(path: str) -> str:
    """Of a file's content; "" where it cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:
            return digest(file)
    except OSError:
        return ""


def _look(rule: Rule, paths: Sequence[str]) -> dict[str, Entry | None]:
    found = _seen(rule, paths)
    gone = [path for path, entry in found.items() if entry is None]
    if gone and len(paths) >= _MANY:
        # Checkouts and builds delete what they write anew; and to delete it in a container takes an exec.
        time.sleep(_REPLACING)
        found |= _seen(rule, gone)
    return found


def _seen(rule: Rule, paths: Iterable[str]) -> dict[str, Entry | None]:
    found: dict[str, Entry | None] = {}
    for path in paths:
        entry = _entry(os.path.join(rule.root, path) if path else rule.root, rule.root)
        if entry is not None and entry.kind is Kind.FOLDER:
            # Whatever came into it before the watch on it stood was told to nobody.
            found |= _below(rule, path)
        if path and rule.takes(path):
            if entry is None or entry.kind is not Kind.FOLDER or not rule.included:
                found[path] = entry
        elif not path and entry is not None and entry.kind is not Kind.FOLDER:
            found[path] = entry
    return found


def _below(rule: Rule, folder: str) -> dict[str, Entry]:
    """What the rule takes of what lies below `folder`; folders that cannot be read are left out."""
    found: dict[str, Entry] = {}
    waiting = [folder]
    while waiting:
        inside = waiting.pop()
        try:
            listed = os.scandir(os.path.join(rule.root, inside))
        except OSError:
            continue
        for one in _each(listed):
            path = f"{inside}/{one.name}" if inside else one.name
            entry = _listed(one, rule.root)
            if entry is None:
                continue
            if entry.kind is Kind.FOLDER:
                if not rule.enters(path):
                    continue
                waiting.append(path)
                if rule.included:
                    continue  # folders come along with the files in them
            if rule.takes(path):
                found[path] = entry
    return found


def _each(listed: Iterator[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    """What could be read of a folder."""
    found = []
    with contextlib.suppress(OSError):
        for one in listed:
            found.append(one)
    return found


def _listed(one: os.DirEntry[str], root: str) -> Entry | None:
    """What lies at `one`, as `_entry` tells it."""
    try:
        return _entry(one.path, root) if one.is_symlink() else _of(one.stat(follow_symlinks=False))
    except OSError:
        return None


def _entry(path: str, root: str) -> Entry | None:
    """What lies at `path`; None: nothing, or nothing that can be copied (a socket, a device)."""
    try:
        there = os.lstat(path)
        if stat.S_ISLNK(there.st_mode):
            link = os.readlink(path)
            if _stays_inside(path, root) or not os.path.isfile(path):
                changed = there.st_ctime_ns
                return Entry(kind=Kind.LINK, mode=0o777, mtime=there.st_mtime_ns, changed=changed, link=link)
            there = os.stat(path)  # a file from elsewhere: the container has no other way to it
    except OSError:
        return None
    return _of(there)


def _of(there: os.stat_result) -> Entry | None:
    if stat.S_ISREG(there.st_mode):
        return seen(there)
    if stat.S_ISDIR(there.st_mode):
        return Entry(kind=Kind.FOLDER, mode=stat.S_IMODE(there.st_mode))
    return None


def _stays_inside(path: str, root: str) -> bool:
    top = os.path.realpath(root)
    return os.path.realpath(path).startswith(top + os.sep)
