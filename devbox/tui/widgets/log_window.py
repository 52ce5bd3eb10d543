"""Which lines of a log are seen: following its end or standing still, filtered or not, by rows of the screen."""

from __future__ import annotations

import time
from collections.abc import Callable

from devbox.logs.buffer import LogSource
from devbox.logs.filtered import Filtered
from devbox.logs.line import LogLine
from devbox.logs.query import Query
from devbox.tui.widgets.held import Held, Since

Row = tuple[int, int, LogLine]
"""The line's number, which of its rows, the line."""

_BUDGET = 0.008
"""Seconds that filtering may take at a time, so that keys are answered in between."""


class LogWindow:
    """`rows_of` tells on how many rows a line is shown. The view's top is a line number, which no dropping shifts."""

    def __init__(self, source: LogSource, rows_of: Callable[[int, LogLine], int]) -> None:
        self._rows_of = rows_of
        self._source = self._base = source
        self._query: Query | None = None
        self._filtered: Filtered | None = None
        self._held: Held | None = None
        self._top = (0, 0)
        self.height = 1

    @property
    def source(self) -> LogSource:
        """The log itself, neither filtered nor held."""
        return self._source

    @property
    def live(self) -> LogSource:
        """What is read while following."""
        return self._filtered or self._base

    @property
    def view(self) -> LogSource:
        """What is read now."""
        return self._held or self.live

    @property
    def query(self) -> Query | None:
        """The filter."""
        return self._query

    @property
    def following(self) -> bool:
        return self._held is None

    @property
    def waiting(self) -> int:
        """How many lines came since the view stands still."""
        return max(0, self.live.end - self._held.end) if self._held and self._held.behind else self._below()

    @property
    def pending(self) -> int:
        """How many lines the filter did not look at yet."""
        return self._filtered.pending if self._filtered else 0

    def advance(self) -> None:
        """Let the filter and a held view take in what came, for a few milliseconds at most."""
        if self._filtered:
            deadline = time.perf_counter() + _BUDGET
            while self._filtered.advance() and time.perf_counter() < deadline:
                pass
        if self._held:
            self._held.pull()

    def filter(self, query: Query | None) -> None:
        """Show only what `query` wants, from the end."""
        self._query = query
        self._filtered = Filtered(self._base, query) if query else None
        self._held = None
        self.advance()

    def clear(self) -> None:
        """Show only what comes from now on."""
        self._base = Since(self._source, self._source.end)
        self.filter(self._query)

    def hold(self) -> None:
        """Stand still where the view is."""
        if self._held is None:
            top = self._last_top()
            self._held = Held(self.live)
            self._top = top

    def follow(self) -> None:
        """Go with the end again."""
        self._held = None

    def top(self) -> tuple[int, int]:
        """The line (and its row) at the top of the view."""
        if self._held is None:
            return self._last_top()
        if self._top[0] < self._held.first:
            self._top = (self._held.first, 0)
        return self._top

    def rows(self) -> list[Row]:
        """What is seen, from the top; fewer than `height` where the log ends."""
        number, skip = self.top()
        found: list[Row] = []
        view = self.view
        if number < view.first:
            number, skip = view.first, 0
        for offset, line in enumerate(view.slice(number, number + self.height)):
            count = self._rows_of(number + offset, line)
            found += [(number + offset, row, line) for row in range(skip if not offset else 0, count)]
            if len(found) >= self.height:
                break
        return found[: self.height]

    def scroll(self, rows: int) -> None:
        """Move by rows; up stops following, down to the end takes it up again."""
        if rows < 0:
            self.hold()
            self._top = self._up(self._top, -rows)
        elif self._held is not None:
            self._top = self._down(self._top, rows)
            self._follow_at_end()

    def scroll_to(self, share: float) -> None:
        """Go to a place between the first line (0) and the last (1)."""
        if share >= 1:
            self.follow()
            return
        self.hold()
        view = self.view
        self._top = (view.first + int((view.end - view.first) * max(share, 0)), 0)
        self._follow_at_end()

    def reveal(self, number: int) -> None:
        """Stand still with that line in sight, in the middle if it was not."""
        self.hold()
        if not any(number == shown for shown, _, _ in self.rows()):
            self._top = self._up((number, 0), self.height // 2)

    def _below(self) -> int:
        rows = self.rows() if self._held else []
        return max(0, self.view.end - rows[-1][0] - 1) if rows else 0

    def _follow_at_end(self) -> None:
        if self._held is not None and self._top >= self._last_top():
            self._held = None

    def _last_top(self) -> tuple[int, int]:
        view = self.view
        return self._up((view.end, 0), self.height)

    def _up(self, top: tuple[int, int], rows: int) -> tuple[int, int]:
        number, row = top
        if row >= rows:
            return number, row - rows
        rows -= row
        view = self.view
        start = max(view.first, number - rows)
        lines = view.slice(start, number)
        for line in reversed(lines):
            number -= 1
            count = self._rows_of(number, line)
            if count >= rows:
                return number, count - rows
            rows -= count
        return number, 0

    def _down(self, top: tuple[int, int], rows: int) -> tuple[int, int]:
        number, row = top
        rows += row
        for line in self.view.slice(number, number + rows + 1):
            count = self._rows_of(number, line)
            if count > rows:
                return number, rows
            rows -= count
            number += 1
        return self._last_top()
