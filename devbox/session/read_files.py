"""What a load asked of the file system and was answered, so that it can be told when the answers are others."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import aclosing
from typing import TYPE_CHECKING

from devbox.ports import FileReader, Sources

if TYPE_CHECKING:
    from devbox.compose.remote import Fetched, Remote

_SETTLE = 0.1
"""Seconds that a file is left alone after a change: editors empty a file before they write it."""


class ReadFiles:
    """A FileReader that remembers, of each thing that it is asked, the first answer: contents as digests alone."""

    def __init__(self, files: FileReader) -> None:
        self._files = files
        self._reads: dict[str, bytes | str] = {}
        """path -> digest of its content, or why it could not be read"""
        self._looks: dict[str, bool] = {}
        """path -> whether it was a file"""

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
        return self._files.list(path)

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
        paths = sorted({*self._reads, *self._looks})
        return tuple(
            path
            for path in paths
            if (self._reads.get(path), self._looks.get(path)) != (again._reads.get(path), again._looks.get(path))
        )


async def until_changed(files: ReadFiles, sources: Sources) -> tuple[str, ...]:
    """Wait until some of the files are others than when they were read, and at rest; which. DevboxError where they
    cannot be watched."""
    async with aclosing(sources.changes(files.paths)) as batches:
        async for _ in batches:  # the first, empty, comes once nothing is missed any more
            if files.changed():
                await asyncio.sleep(_SETTLE)
                if changed := files.changed():
                    return changed
    return ()


def _is_path(text: str) -> bool:
    """Whether a file can be called so at all: the user's files may name anything."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
