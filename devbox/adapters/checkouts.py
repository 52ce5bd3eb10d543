"""Whether git is changing the files of a folder just now: its lock is there from before the first file to the last."""

# Asked for once a batch of changes.
# ruff: noqa: PTH116
from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

_FRESH = 10.0
"""Seconds after which a lock says nothing any more: left behind, or held while somebody writes the commit's message."""


class Checkouts:
    """The repositories that folders lie in."""

    def __init__(self, folders: Iterable[str]) -> None:
        found = {_repository(Path(folder)) for folder in folders}
        self._locks = [str(repository / "index.lock") for repository in found if repository]

    def running(self) -> bool:
        """A checkout, merge, stash or the like is under way in one of them, as far as its lock tells."""
        return any(_is_fresh(lock) for lock in self._locks)


def _repository(folder: Path) -> Path | None:
    """Where git keeps the index of the work tree that `folder` is in."""
    for parent in (folder, *folder.parents):
        git = parent / ".git"
        if git.is_dir():
            return git
        if git.is_file():  # a linked work tree, a submodule
            return _named(git)
    return None


def _named(file: Path) -> Path | None:
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return file.parent / text.removeprefix("gitdir:").strip() if text.startswith("gitdir:") else None


def _is_fresh(lock: str) -> bool:
    try:
        return time.time() - os.stat(lock).st_mtime < _FRESH
    except OSError:
        return False
