"""The kernel's limits of what may be watched: at that of watches, folders are left out without a word."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

from devbox.errors import DevboxError

_DELETED_ITSELF = 0x400
_LIMITS = "/proc/sys/fs/inotify"
_WANTED = {"max_user_watches": 524288, "max_user_instances": 1024}


class WatchLimit:
    """Tells whether one more folder could be watched just now; where the system has no such limit it always can."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        self._file = self._libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK) if self._libc else -1
        self._using = threading.Lock()
        """Closed by whoever ends the watch while its reader asks, the number would be somebody else's file by then."""

    def reached(self, folder: str) -> bool:
        """Asked with a folder that may be read."""
        with self._using:
            if self._libc is None or self._file < 0:
                return False
            watch = self._libc.inotify_add_watch(self._file, os.fsencode(folder), _DELETED_ITSELF)
            if watch < 0:
                return ctypes.get_errno() == errno.ENOSPC
            self._libc.inotify_rm_watch(self._file, watch)
            with suppress(OSError):
                os.read(self._file, 4096)
            return False

    def close(self) -> None:
        """From any thread, as often as one likes."""
        with self._using:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1


def refused(name: str, why: str) -> DevboxError:
    """Files cannot be watched because of the limit of that name."""
    try:
        now = Path(_LIMITS, name).read_text().strip()
    except OSError:
        now = "unknown"
    return DevboxError(
        f"Files cannot be watched: {why} (fs.inotify.{name}={now}).",
        hint=f"Raise it with `sudo sysctl fs.inotify.{name}={_WANTED[name]}`, or let rules name narrower folders.",
    )
