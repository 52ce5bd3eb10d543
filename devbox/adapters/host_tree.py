"""Files of this machine that are copied into containers: what lies where, packed, and told when they change."""

# A walk over 50,000 files takes three times as long with pathlib.
# ruff: noqa: PTH113, PTH115, PTH116, PTH118, PTH123, PTH208
from __future__ import annotations

import io
import os
import stat
import tarfile
import time
from collections.abc import AsyncGenerator, Iterable, Sequence
from pathlib import Path

from devbox.adapters.changes import ChangeSource
from devbox.adapters.held import digest
from devbox.adapters.threads import Threads, batches
from devbox.ports import Owner, Packed
from devbox.sync.compare import Held
from devbox.sync.entry import Entry, Kind
from devbox.sync.patterns import lines_of
from devbox.sync.rules import Rule

_WAITING = 64
"""Batches of changes that wait for their taker before the watcher pauses; the kernel keeps what comes then."""

_TICK, _COARSE_TICK = 20_000_000, 2_000_000_000
"""Nanoseconds in which two changes of a file may bear the same time; the second where whole seconds are kept."""


class HostTree:
    """ports.Sources over this machine's file system."""

    def __init__(self) -> None:
        self._threads = Threads()

    async def scan(self, rule: Rule) -> dict[str, Entry]:
        return await self._threads.call(lambda: _scan(rule))

    async def look(self, rule: Rule, paths: Iterable[str]) -> dict[str, Entry | None]:
        wanted = tuple(paths)
        return await self._threads.call(lambda: _look(rule, wanted))

    async def pack(self, files: Sequence[tuple[str, str, Entry]], owner: Owner) -> Packed:
        return await self._threads.call(lambda: _pack(files, owner))

    async def digests(self, paths: Iterable[str]) -> dict[str, str]:
        wanted = tuple(paths)
        return await self._threads.call(lambda: {path: _digest(path) for path in wanted})

    async def held(self, rule: Rule) -> dict[str, Held]:
        return await self._threads.call(lambda: _held(rule))

    def changes(self, roots: Sequence[str]) -> AsyncGenerator[Sequence[str], None]:
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


def _look(rule: Rule, paths: Iterable[str]) -> dict[str, Entry | None]:
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
            names = os.listdir(os.path.join(rule.root, inside))
        except OSError:
            continue
        for name in names:
            path = f"{inside}/{name}" if inside else name
            entry = _entry(os.path.join(rule.root, path), rule.root)
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
    mode = stat.S_IMODE(there.st_mode)
    if stat.S_ISDIR(there.st_mode):
        return Entry(kind=Kind.FOLDER, mode=mode)
    if stat.S_ISREG(there.st_mode):
        mtime, changed = there.st_mtime_ns, there.st_ctime_ns
        return Entry(kind=Kind.FILE, mode=mode, size=there.st_size, mtime=mtime, changed=changed)
    return None


def _stays_inside(path: str, root: str) -> bool:
    top = os.path.realpath(root)
    return os.path.realpath(path).startswith(top + os.sep)


def _pack(files: Sequence[tuple[str, str, Entry]], owner: Owner) -> Packed:
    """Each as it is when it is read: what changes meanwhile is told once more."""
    buffer = io.BytesIO()
    packed: dict[str, Entry] = {}
    unread: dict[str, str] = {}
    digests: dict[str, str] = {}
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for source, name, entry in files:
            header = tarfile.TarInfo(name.lstrip("/"))
            header.uid, header.gid, header.mode = owner.uid, owner.gid, entry.mode
            match entry.kind:
                case Kind.FOLDER:
                    header.type = tarfile.DIRTYPE
                    tar.addfile(header)
                case Kind.LINK:
                    header.type, header.linkname, header.mtime = tarfile.SYMTYPE, entry.link, entry.mtime // 10**9
                    tar.addfile(header)
                case Kind.FILE:
                    now = time.time_ns()
                    try:
                        with open(source, "rb", buffering=0) as file:
                            seen = _of(os.fstat(file.fileno()))
                            data = file.read()
                    except FileNotFoundError:
                        continue  # gone since it was looked at, as the next change says
                    except OSError as error:
                        unread[name] = error.strerror or str(error)
                        continue
                    if seen is None or seen.kind is not Kind.FILE:
                        unread[name] = "it is no file any more"
                        continue
                    entry = seen
                    if seen.changed > now - (_TICK if seen.changed % 10**9 else _COARSE_TICK):
                        digests[name] = digest(io.BytesIO(data))
                    header.size, header.mode, header.mtime = len(data), seen.mode, seen.mtime // 10**9
                    tar.addfile(header, io.BytesIO(data))
            packed[name] = entry
    return Packed(archive=buffer.getvalue(), entries=packed, unread=unread, digests=digests)
