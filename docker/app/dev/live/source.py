"""The source: what it holds, and when it changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from inotify_simple import INotify, flags

SOURCE = Path("/srv/app")
_CHANGE = (
    flags.CREATE | flags.DELETE | flags.MODIFY | flags.CLOSE_WRITE | flags.MOVED_FROM | flags.MOVED_TO | flags.ATTRIB
)

Held = dict[str, bytes]
"""Path of a *.py below the source -> digest of what it holds."""


def changed(before: Held, now: Held) -> list[str]:
    """The files that are others, relative to the source."""
    names = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
    return [os.path.relpath(path, SOURCE) for path in names]


class Source:
    """The *.py below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._inotify = INotify()
        self._known: dict[str, tuple[tuple[int, ...], bytes]] = {}

    def fileno(self) -> int:
        """Readable when something happened."""
        return self._inotify.fileno()

    def changed(self) -> bool:
        """Whether anything happened to a *.py or a folder since it was last asked."""
        every = list(self._inotify.read(timeout=0))
        return any(one.name.endswith(".py") or one.mask & (flags.ISDIR | flags.Q_OVERFLOW) for one in every)

    def held(self) -> Held:
        """What they hold now; from here on no change is missed."""
        found = dict(self._below(self._folder))
        self._known = {path: self._known[path] for path in found}
        return found

    def close(self) -> None:
        self._inotify.close()

    def _below(self, folder: str) -> Iterator[tuple[str, bytes]]:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            self._inotify.add_watch(folder, _CHANGE | flags.ONLYDIR)
            for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
                if entry.is_dir(follow_symlinks=False):
                    yield from self._below(entry.path)
                elif entry.name.endswith(".py"):
                    with suppress(OSError):  # gone again, or nothing to be read: who imports it says so
                        yield entry.path, self._digest(entry.path)

    def _digest(self, path: str) -> bytes:
        there = Path(path).stat()
        state = (there.st_ino, there.st_size, there.st_mtime_ns, there.st_ctime_ns)
        known = self._known.get(path)
        if known is None or known[0] != state:
            known = self._known[path] = state, blake2b(Path(path).read_bytes()).digest()
        return known[1]
