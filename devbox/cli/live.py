"""Lines at the bottom of a terminal that are redrawn in place, with finished lines scrolling above them."""

from __future__ import annotations

import os
import time
from typing import TextIO

_PAUSE = 0.03
"""Seconds between two drawings: events come faster than anybody reads."""


class LiveLines:
    """`live` tells whether `stream` is a terminal that can be drawn on; elsewhere only `above` does anything."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._height = 0
        self._drawn_at = 0.0

    def draw(self, lines: list[str]) -> None:
        """Replace the live lines; cut to the terminal's size."""
        moment = time.monotonic()
        if not self.live or moment - self._drawn_at < _PAUSE:
            return
        self._drawn_at = moment
        from shutil import get_terminal_size  # with every kind of compression: 2 ms

        size = get_terminal_size()
        shown = lines[-max(1, size.lines - 2) :]
        text = "".join(f"\x1b[2K{line[: max(1, size.columns - 1)]}\n" for line in shown)
        self._write(f"{self._home()}{text}\x1b[J")
        self._height = len(shown)

    def above(self, line: str) -> None:
        """Print a line that stays, above the live ones."""
        self._write(f"{self._home()}\x1b[J{line}\n" if self.live else f"{line}\n")
        self._height = 0
        self._drawn_at = 0.0

    def clear(self) -> None:
        """Take the live lines away."""
        if self.live and self._height:
            self._write(f"{self._home()}\x1b[J")
            self._height = 0

    def _home(self) -> str:
        return f"\x1b[{self._height}A\r" if self._height else "\r"

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
