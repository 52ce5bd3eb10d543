"""Text that is marked with the mouse: from one place in the log to another."""

from __future__ import annotations

from dataclasses import replace

from devbox.logs.buffer import LogSource
from devbox.record import dataclass
from devbox.tui.widgets.ansi import whole

Spot = tuple[int, int]
"""line number, index in its text"""


@dataclass(frozen=True, slots=True)
class LogSelection:
    """`anchor` is where the button went down, `head` where the pointer is; both are included."""

    anchor: Spot
    head: Spot

    def to(self, head: Spot) -> LogSelection:
        """The same with another end."""
        return replace(self, head=head)

    @property
    def empty(self) -> bool:
        """Whether nothing was drawn over: a click."""
        return self.anchor == self.head

    def span(self, number: int) -> tuple[int, int] | None:
        """What is marked of that line; None: nothing."""
        low, high = sorted((self.anchor, self.head))
        if self.empty or not low[0] <= number <= high[0]:
            return None
        start = low[1] if number == low[0] else 0
        stop = high[1] + 1 if number == high[0] else 1 << 30
        return start, stop

    def text(self, source: LogSource) -> str:
        """The marked text, line by line, as it is read."""
        first, last = sorted((self.anchor[0], self.head[0]))
        first = max(first, source.first)
        lines = []
        for number, line in enumerate(source.slice(first, last + 1), first):
            span = self.span(number)
            if span is not None:
                lines.append(whole(line.text)[span[0] : span[1]])
        return "\n".join(lines)
