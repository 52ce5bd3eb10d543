"""Files of this machine as a tar that is made while it is sent, so that neither waits and big ones need no memory."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence

from devbox.adapters import tarball
from devbox.adapters.digests import new_digest
from devbox.adapters.threads import ahead
from devbox.ports import Owner
from devbox.sync.entry import Entry, Kind

_PIECE = 1 << 18
"""Bytes that are sent at once, and read at once of a big file."""
_AHEAD = 64
"""Pieces that are made while the engine takes its time with the last one."""
_TICK, _COARSE_TICK = 20_000_000, 2_000_000_000
"""Nanoseconds in which two changes of a file may bear the same time; the second where whole seconds are kept."""
_KINDS = {Kind.FILE: tarball.FILE, Kind.FOLDER: tarball.FOLDER, Kind.LINK: tarball.LINK}


class Packing:
    """ports.Packing: each file as it is when it is read; what changes meanwhile is told once more."""

    def __init__(self, files: Sequence[tuple[str, str, Entry]], owner: Owner) -> None:
        self._files = files
        self._owner = owner
        self.entries: dict[str, Entry] = {}
        self.unread: dict[str, str] = {}
        self.digests: dict[str, str] = {}

    def __iter__(self) -> Iterator[bytes]:
        return ahead(self._pieces(), _AHEAD)

    def _pieces(self) -> Iterator[bytes]:
        self.entries, self.unread, self.digests = {}, {}, {}
        waiting: list[bytes] = []
        size = 0
        for source, name, entry in self._files:
            for part in self._file(source, name) if entry.kind is Kind.FILE else self._other(name, entry):
                waiting.append(part)
                size += len(part)
                if size >= _PIECE:
                    yield b"".join(waiting)
                    waiting.clear()
                    size = 0
        yield b"".join((*waiting, tarball.END))

    def _other(self, name: str, entry: Entry) -> Sequence[bytes]:
        self.entries[name] = entry
        return (self._head(name, entry),)

    def _file(self, source: str, name: str) -> Iterator[bytes]:
        now = time.time_ns()
        try:
            file = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return  # gone since it was looked at, as the next change says
        except OSError as error:
            self.unread[name] = error.strerror or str(error)
            return
        try:
            there = os.fstat(file)
            if not stat.S_ISREG(there.st_mode):
                self.unread[name] = "it is no file any more"
                return
            yield from self._content(file, name, seen(there), now)
        finally:
            os.close(file)

    def _content(self, file: int, name: str, entry: Entry, now: int) -> Iterator[bytes]:
        left = entry.size
        young = entry.changed > now - (_TICK if entry.changed % 10**9 else _COARSE_TICK)
        sum = new_digest() if young else None
        part = self._read(file, name, left)
        if name in self.unread:
            return
        yield self._head(name, entry)
        while part:
            if sum is not None:
                sum.update(part)
            yield part
            left -= len(part)
            part = self._read(file, name, left)
        if not left:
            self.entries[name] = entry
            if sum is not None:
                self.digests[name] = sum.hexdigest()
        while left:  # it was cut short meanwhile, as the next change says, but its head has promised more
            part = bytes(min(_PIECE, left))
            yield part
            left -= len(part)
        yield tarball.padding(entry.size)

    def _read(self, file: int, name: str, left: int) -> bytes:
        """Some of the file; b"" at its end, and where it cannot be read."""
        try:
            return os.read(file, min(_PIECE, left)) if left else b""
        except OSError as error:
            self.unread[name] = error.strerror or str(error)
            return b""

    def _head(self, name: str, entry: Entry) -> bytes:
        return tarball.head(
            _KINDS[entry.kind],
            name.lstrip("/"),
            mode=entry.mode,
            uid=self._owner.uid,
            gid=self._owner.gid,
            mtime=entry.mtime // 10**9,
            size=entry.size,
            link=entry.link,
        )


def seen(there: os.stat_result) -> Entry:
    """A file as a ledger keeps it."""
    return Entry(
        kind=Kind.FILE,
        mode=stat.S_IMODE(there.st_mode),
        size=there.st_size,
        mtime=there.st_mtime_ns,
        changed=there.st_ctime_ns,
    )
