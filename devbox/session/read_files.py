"""What a load asked of the file system and was answered, so that it can be told when the answers are others."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterable
from contextlib import aclosing
from posixpath import join
from typing import TYPE_CHECKING

from devbox.environments.folders import names_in
from devbox.environments.names import speaks
from devbox.ports import FileReader, Sources

if TYPE_CHECKING:
    from devbox.compose.remote import Fetched, Remote

_SETTLE = 0.1
"""Seconds that a file is left alone after a change: editors empty a file before they write it."""
_LOOK = 1.0
"""Seconds between two looks at the folders: what comes there is not waited for as a save is."""


class ReadFiles:
    """A FileReader that remembers, of each thing that it is asked, the first answer: contents as digests alone."""

    def __init__(self, files: FileReader) -> None:
        self._files = files
        self._reads: dict[str, bytes | str] = {}
        """path -> digest of its content, or why it could not be read"""
        self._looks: dict[str, bool] = {}
        """path -> whether it was a file"""
        self._names: dict[str, frozenset[str]] = {}
        """folder -> what in it was called like a Compose file"""
        self._stamps: dict[str, int] = {}

    @property
    def paths(self) -> list[str]:
        """The files that decide what was read: those that are there, and those that were looked for."""
        asked = {*self._reads, *self._looks}
        return sorted(path for path in asked if _is_path(path) and not self._files.is_dir(path))

    def read(self, path: str) -> bytes:
        try:
            content = self._files.read(path)
        except OSError as error:
            self._reads.setdefault(path, type(error).__name__)
            raise
        self._reads.setdefault(path, _digest(content))
        return content

    def is_file(self, path: str) -> bool:
        found = self._files.is_file(path)
        self._looks.setdefault(path, found)
        return found

    def is_dir(self, path: str) -> bool:
        return self._files.is_dir(path)

    def list(self, path: str) -> list[str]:
        stamp = self._files.stamp(path)  # before: what comes meanwhile is seen by it
        names = self._files.list(path)
        self._names.setdefault(path, frozenset(filter(speaks, names)))
        self._stamps.setdefault(path, stamp)
        return names

    def stamp(self, path: str) -> int:
        return self._files.stamp(path)

    def resolve(self, path: str) -> str:
        return self._files.resolve(path)

    def fetch(self, remote: Remote) -> Fetched:
        return self._files.fetch(remote)

    def changed(self) -> tuple[str, ...]:
        """Those that are others now than when they were read."""
        again = ReadFiles(self._files)
        for path in self._reads:
            try:
                again.read(path)
            except OSError:
                continue
        for path in self._looks:
            again.is_file(path)
        paths = {*self._reads, *self._looks}
        others = {
            path
            for path in paths
            if (self._reads.get(path), self._looks.get(path)) != (again._reads.get(path), again._looks.get(path))
        }
        return tuple(sorted(others.union(self._come_and_gone(self._names))))

    def stirred(self) -> bool:
        """Whether Compose files have come or gone in the folders that were listed. Only those are listed again in which
        anything has since the last time."""
        stamps = {folder: self._files.stamp(folder) for folder in self._stamps}
        folders = [folder for folder, stamp in stamps.items() if stamp != self._stamps[folder]]
        found = bool(self._come_and_gone(folders))
        self._stamps = stamps
        return found

    def _come_and_gone(self, folders: Iterable[str]) -> set[str]:
        found = set()
        for folder in folders:
            now = frozenset(filter(speaks, names_in(folder, self._files)))
            found |= {join(folder, name) for name in self._names[folder] ^ now}
        return found


async def until_changed(files: ReadFiles, sources: Sources) -> tuple[str, ...]:
    """Wait until some of the files are others than when they were read, and at rest, or others have come beside them;
    which. DevboxError where they cannot be watched."""
    waiting = [asyncio.ensure_future(one) for one in (_saved(files, sources), _come(files))]
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for one in waiting:
            one.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _saved(files: ReadFiles, sources: Sources) -> tuple[str, ...]:
    async with aclosing(sources.changes(files.paths)) as batches:
        async for _ in batches:  # the first, empty, comes once nothing is missed any more
            if files.changed():
                await asyncio.sleep(_SETTLE)
                if changed := files.changed():
                    return changed
    return ()


async def _come(files: ReadFiles) -> tuple[str, ...]:
    """A watch of the kernel would hear of all that is written below the folders."""
    while True:
        await asyncio.sleep(_LOOK)
        if files.stirred():
            await asyncio.sleep(_SETTLE)
            if changed := files.changed():
                return changed


def _is_path(text: str) -> bool:
    """Whether a file can be called so at all: the user's files may name anything."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
