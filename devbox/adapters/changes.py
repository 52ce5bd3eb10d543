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
from devbox.errors import DevboxError

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

_STEP, _LONGEST = 5, 50
"""Milliseconds without a change that end a batch, and the longest that a batch takes."""
_REST, _REST_STEP = 5.0, 12
"""Seconds without a change after which nobody is saving one file after another, and the step from then on: each is a
wake-up, and 200 of them a second cost 1 % of a core."""
_STORM = 50
"""Paths in a batch from which on more are expected (a checkout, a build): then a batch ends with real quiet."""
_QUIET, _QUIET_LONGEST = 25, 250
"""Milliseconds without a change that end a storm which never paused, and one which often did."""
_HICCUP = 3
"""A storm is over after a pause so many times as long as any that it made before."""
_STORM_LONGEST, _CHECKOUT_LONGEST = 5.0, 30.0
"""Seconds after which a storm is told though it goes on; the files of one git command are one batch."""
_CHECKOUT_QUIET = 1.0
"""Seconds without a change after which git is believed to wait for somebody."""
_LOOK = 100
"""Milliseconds between two looks at the roots themselves, which no watch of the kernel outlives."""
_LIMITS = "/proc/sys/fs/inotify"


class ChangeSource:
    """threads.Source of the paths that changed below `roots` (absolute; files too, and what is not there yet)."""

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = tuple(roots)
        self._stop = threading.Event()
        self._begun = False
        self._seen = {root: _identity(root) for root in self._roots}
        self._checkouts = Checkouts(self._roots)
        self._notifier = self._watch()
        self._looked = self._heard = time.monotonic()
        self._ended = 0.0

    def read(self) -> list[str] | None:
        """At once the first time, empty: from now on nothing is missed. Then the next changes; None once closed."""
        if not self._begun:
            self._begun = True
            return []
        while not self._stop.is_set():
            if found := self._found():
                self._heard = time.monotonic()
                return sorted(found)
        return None

    def close(self) -> None:
        self._stop.set()

    def _found(self) -> set[str]:
        resting = time.monotonic() - self._heard > _REST
        found = self._next(_LONGEST, _REST_STEP if resting else _STEP, _LOOK)
        if len(found) >= _STORM or (found and self._checkouts.running()):
            found |= self._rest_of_the_storm()
        return found | self._roots_changed()

    def _rest_of_the_storm(self) -> set[str]:
        """What comes until it is over. Its quiet is measured by its own pauses, so that a fast one is told soon; one
        that was told too soon goes on with the next, which therefore waits longer."""
        found: set[str] = set()
        began = heard = time.monotonic()
        since = int((began - self._ended) * 1000)
        quiet = _patience(since) if since < _QUIET_LONGEST else _QUIET
        while not self._stop.is_set():
            checkout = self._checkouts.running()
            asked = time.monotonic()
            if asked - began > (_CHECKOUT_LONGEST if checkout else _STORM_LONGEST):
                break
            more = self._next(0, _STEP, quiet)
            now = time.monotonic()
            if more:
                found |= more
                heard = now
                pause = int((now - asked) * 1000) - 3 * _STEP  # so long it takes where changes follow each other
                quiet = max(quiet, _patience(pause))
            elif not checkout or now - heard > _CHECKOUT_QUIET:
                break
        self._ended = heard
        return found

    def _next(self, longest: int, step: int, patience: int) -> set[str]:
        if self._notifier is None:
            self._stop.wait(patience / 1000)
            return set()
        told = self._notifier.watch(longest, step, patience, self._stop)
        return set() if isinstance(told, str) else {path for _, path in told}

    def _roots_changed(self) -> set[str]:
        """The files among the roots that changed, and the folders that are others than before."""
        if time.monotonic() - self._looked < _LOOK / 1000:
            return set()
        now = {root: _identity(root) for root in self._roots}
        changed = {root for root in self._roots if now[root] != self._seen[root]}
        self._seen, self._looked = now, time.monotonic()
        if any(Path(root).is_dir() for root in changed):
            self._notifier = self._watch()
        return changed

    def _watch(self) -> RustNotify | None:
        folders = [root for root in self._roots if os.path.isdir(root)]
        if not folders:
            return None
        from watchfiles import _rust_notify as rust

        try:
            return rust.RustNotify(folders, False, False, 300, True, True)
        except (OSError, rust.WatchfilesRustInternalError) as error:
            raise DevboxError(
                f"Files cannot be watched: {error}.",
                hint=f"Limits here: {_limit('max_user_watches')}, {_limit('max_user_instances')}. Raise one with"
                " `sudo sysctl fs.inotify.max_user_watches=524288`, or let rules name narrower folders.",
            ) from error


def _patience(pause: int) -> int:
    """The quiet that ends a storm which has made such a pause, in milliseconds."""
    return min(_QUIET_LONGEST, max(_QUIET, _HICCUP * pause))


def _identity(root: str) -> tuple[int, ...] | None:
    """What tells one file from the next, and one state of it from the next; of a folder only which it is."""
    try:
        there = os.stat(root)
    except OSError:
        return None
    if os.path.isdir(root):
        return (there.st_dev, there.st_ino)
    return (there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, there.st_mode)


def _limit(name: str) -> str:
    try:
        return f"fs.inotify.{name}={Path(_LIMITS, name).read_text().strip()}"
    except OSError:
        return f"fs.inotify.{name} unknown"
