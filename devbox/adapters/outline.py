"""What is kept of a build: the whole log in a file, and in memory what a failure is told with."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from devbox.logs.escapes import strip

_TAIL = 20
"""Lines told of a failed build."""
_KEPT = 10
"""Logs kept for each service."""


@dataclass(slots=True, kw_only=True)
class Outline:
    """A running build's log; `path` is "" where it cannot be kept (the build goes on without)."""

    path: str = ""
    failed_item: str = ""
    error: str = ""
    _file: IO[str] | None = None
    _all: deque[str] = field(default_factory=lambda: deque(maxlen=_TAIL))
    _of_item: dict[str, deque[str]] = field(default_factory=dict)
    _began: set[str] = field(default_factory=set)

    def began(self, item: str) -> None:
        """An item runs."""
        if item not in self._began:
            self._began.add(item)
            self._write(f"{item}")

    def ended(self, item: str, *, cached: bool) -> None:
        """An item is through."""
        if item != self.failed_item:
            self._of_item.pop(item, None)
        if cached:
            self._write(f"{item} (cached)")

    def output(self, item: str, line: str) -> None:
        """A line that an item printed; item "" is the builder itself."""
        self._write(f"  {line}" if item else line)
        self._all.append(line)
        if item:
            self._of_item.setdefault(item, deque(maxlen=_TAIL)).append(line)

    def failed(self, item: str, error: str) -> None:
        """An item failed; the first one that was not merely cancelled along counts."""
        self._write(f"{item}: {error}")
        if not self.error or self.error.startswith("context canceled"):
            self.failed_item, self.error = item, error

    def tail(self) -> tuple[str, ...]:
        """The last lines of what failed."""
        lines = self._of_item.get(self.failed_item) or self._all
        return tuple(line for line in map(strip, lines) if line.strip())

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError:  # a full disk shows again when the rest is written
                self.path = ""
            self._file = None

    def _write(self, line: str) -> None:
        if self._file is None:
            return
        try:
            self._file.write(line + "\n")
        except OSError:
            self.close()
            self.path = ""


def open_outline(environ: Mapping[str, str], project: str, service: str) -> Outline:
    """A new log under $XDG_STATE_HOME/devbox/builds/PROJECT; the oldest ones of the service go."""
    state = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME") or "/tmp") / ".local/state")
    folder = Path(state) / "devbox" / "builds" / project
    stamp = time.strftime("%Y%m%d-%H%M%S") + f"-{time.time_ns() % 1_000_000_000:09}"
    path = folder / f"{service}.{stamp}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in sorted(folder.glob(f"{service}.*.log"))[: -(_KEPT - 1)]:
            old.unlink(missing_ok=True)
        return Outline(path=str(path), _file=path.open("w", encoding="utf-8", buffering=1))
    except OSError:
        return Outline()
