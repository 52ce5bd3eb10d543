"""Whether git is changing the files of a folder just now: its lock is there from before the first file to the last."""

# Asked for once a batch of changes.
# ruff: noqa: PTH116
from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

_FRESH = 30.0
"""Seconds after which a lock says nothing any more: it may have been left behind."""
_MESSAGE = "COMMIT_EDITMSG"
"""What git writes before it opens an editor on it, its lock being held."""


class Checkouts:
    """The repositories that folders lie in."""

    def __init__(self, folders: Iterable[str]) -> None:
        found = {_repository(Path(folder)) for folder in folders}
        self._repositories = [str(repository) for repository in found if repository]

    def running(self) -> bool:
        """A checkout, merge, stash or the like is under way in one of them, as far as its lock tells."""
        return any(map(_is_at_work, self._repositories))


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


def _is_at_work(repository: str) -> bool:
    locked = _changed(f"{repository}/index.lock")
    return time.time() - locked < _FRESH and _changed(f"{repository}/{_MESSAGE}") < locked


def _changed(path: str) -> float:
    """When it was written; 0 where nothing is."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
