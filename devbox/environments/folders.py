"""Paths as text: where files are looked for and how they are joined."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import dirname, join, normpath
from typing import Protocol


class Files(Protocol):
    """How environments read files; errors are OSError."""

    def read(self, path: str) -> bytes: ...

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]: ...


def upwards(folder: str) -> Iterator[str]:
    """The folder and every one above it."""
    yield folder
    while (above := dirname(folder)) != folder:
        yield above
        folder = above


def absolute(folder: str, path: str) -> str:
    """`path` as seen from `folder`."""
    return normpath(join(folder, path))


def names_in(folder: str, files: Files) -> list[str]:
    """What is in the folder; nothing if it cannot be read."""
    try:
        return files.list(folder)
    except OSError:
        return []


def text_of(path: str, files: Files) -> str:
    """The file's text; "" if it cannot be read."""
    try:
        return files.read(path).decode(errors="replace")
    except OSError:
        return ""
