"""What changes below folders of this machine, as the kernel tells it."""

# The roots are looked at ten times a second.
# ruff: noqa: PTH112, PTH116
from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.adapters.checkouts import Checkouts
from devbox.adapters.closed import beside_closed
from devbox.adapters.inotify import WatchLimit, refused
from devbox.adapters.storm import Storm
from devbox.errors import DevboxError
from devbox.ports import Changes

if TYPE_CHECKING:
    from devbox.adapters.notifier import RustNotify

_STEP, _LONGEST = 5, 50
"""Milliseconds without a change that end a batch, and the longest that a batch takes."""
_REST, _REST_STEP = 5.0, 7
"""Seconds without a change after which nobody is saving one file after another, and the step from then on: each is a
wake-up, and 200 of them a second cost 1 % of a core."""
_STORM = 50
"""Paths in a batch from which on more are expected."""
_LOST = 5000
"""Changes in a storm from which on the kernel's queue (16,384 events, several a file) may have run over, untold."""
_LOOK = 100
"""Milliseconds between two looks at the roots themselves, which no watch of the kernel outlives."""


class ChangeSource:
    """threads.Source of what changes below `roots` (absolute; files too, and what is not there yet)."""

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = tuple(roots)
        self._stop = threading.Event()
        self._begun = False
        self._seen = {root: _identity(root) for root in self._roots}
        self._checkouts = Checkouts(self._roots)
        self._limit = WatchLimit()
        try:
            self._notifier = self._watch()
        except DevboxError:
            self._limit.close()
            raise
        self._looked = self._heard = time.monotonic()
        self._storm: Storm | None = None
        self._heard_of = 0
        """Changes of that storm."""
        self._stormed = 0.0

    def read(self) -> Changes | None:
        """At once the first time, empty: from now on nothing is missed. Then the next changes; None once closed."""
        if not self._begun:
            self._begun = True
            return Changes()
        while not self._stop.is_set():
            if self._storm:
                return self._rest_of(self._storm)
            if found := self._found():
                return self._begin(found)
        return None

    def close(self) -> None:
        self._stop.set()
        self._limit.close()

    def _found(self) -> set[str]:
        resting = time.monotonic() - self._heard > _REST
        return self._next(_LONGEST, _REST_STEP if resting else _STEP, _LOOK) | self._roots_changed()

    def _begin(self, found: set[str]) -> Changes:
        self._heard = time.monotonic()
        self._check_limit()  # what was made just now may be watched no more
        if len(found) >= _STORM or self._checkouts.running():
            self._storm = Storm(self._heard, self._heard - self._stormed)
            self._heard_of = len(found)
        return Changes(paths=tuple(sorted(found)), more=self._storm is not None)

    def _rest_of(self, storm: Storm) -> Changes:
        """What came of it meanwhile, at once, or that it is over."""
        checkout = self._checkouts.running()  # what git wrote while it held its lock is heard in the wait
        found = self._next(0, _STEP, int(storm.quiet * 1000)) | self._roots_changed()
        self._heard = time.monotonic()
        if found:
            storm.heard(self._heard)
            self._heard_of += len(found)
        if storm.over(self._heard, checkout=checkout):
            self._storm, self._stormed = None, storm.heard_last
        lost = self._storm is None and self._heard_of >= _LOST
        return Changes(paths=tuple(sorted(found)), more=self._storm is not None, lost=lost)

    def _next(self, longest: int, step: int, patience: int) -> set[str]:
        if self._notifier is None:
            self._stop.wait(patience / 1000)
            return set()
        return self._told(self._notifier, longest, step, patience)

    def _told(self, notifier: RustNotify, longest: int, step: int, patience: int) -> set[str]:
        told = notifier.watch(longest, step, patience, self._stop)
        return set() if isinstance(told, str) else {path for _, path in told}

    def _roots_changed(self) -> set[str]:
        """The files among the roots that changed, and the folders that are others than before."""
        if time.monotonic() - self._looked < _LOOK / 1000:
            return set()
        now = {root: _identity(root) for root in self._roots}
        changed = {root for root in self._roots if now[root] != self._seen[root]}
        self._seen, self._looked = now, time.monotonic()
        if any(Path(root).is_dir() for root in changed):
            before, self._notifier = self._notifier, self._watch()
            if before is not None:  # what it has heard of the other roots while the new one was made
                changed |= self._told(before, _LONGEST, _STEP, _LONGEST)
        return changed

    def _watch(self) -> RustNotify | None:
        folders = [root for root in self._roots if os.path.isdir(root)]
        if not folders:
            return None
        from devbox.adapters.notifier import RustNotify, WatchfilesRustInternalError

        try:
            notifier = RustNotify([*folders, *beside_closed(folders)], False, False, 300, True, True)
        except (OSError, WatchfilesRustInternalError) as error:
            limit = "max_user_instances" if "os error 24" in str(error) else "max_user_watches"
            raise refused(limit, str(error)) from error
        self._check_limit()
        return notifier

    def _check_limit(self) -> None:
        folder = next((root for root in self._roots if os.path.isdir(root)), None)
        if folder is not None and self._limit.reached(folder):
            raise refused("max_user_watches", "there are more folders than may be")


def _identity(root: str) -> tuple[int, ...] | None:
    """What tells one file from the next, and one state of it from the next; of a folder only which it is."""
    try:
        there = os.stat(root)
    except OSError:
        return None
    if os.path.isdir(root):
        return (there.st_dev, there.st_ino)
    return (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, there.st_mode)
