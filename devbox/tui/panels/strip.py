"""A line of text made of parts, some of which can be clicked; too little room drops the least important parts."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from devbox.record import dataclass
from devbox.tui.text import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`styled` are (text, style) pairs; a click posts `target`; where not all fit the highest `weight` goes first."""

    styled: tuple[tuple[str, str], ...]
    target: str = ""
    weight: int = 0
    right: bool = False

    @property
    def width(self) -> int:
        return sum(cell_len(text) for text, _ in self.styled)


class Strip(Widget):
    """One line; parts with `right` stand at its right end."""

    class Chosen(Message):
        """A part was clicked."""

        def __init__(self, strip: Strip, target: str) -> None:
            super().__init__()
            self.strip = strip
            self.target = target

        @property
        def control(self) -> Strip:
            return self.strip

    gap = 2

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts: tuple[Part, ...] = ()
        self._targets: list[tuple[int, int, str]] = []

    def show(self, parts: Sequence[Part]) -> None:
        """Show these parts; nothing is painted if they are the same."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self.refresh()

    def render(self) -> Content:
        room = self.size.width - 2
        parts = list(self._parts)
        while len(parts) > 1 and sum(part.width + self.gap for part in parts) - self.gap > room:
            parts.remove(max(parts, key=lambda part: part.weight))
        left = [part for part in parts if not part.right]
        right = [part for part in parts if part.right]
        used = sum(part.width + self.gap for part in parts) - self.gap
        spans: list[tuple[str, str]] = [(" ", "")]
        self._targets = []
        at = 1
        for position, part in enumerate([*left, *right]):
            if position:
                space = self.gap + (max(room - used, 0) if right and position == len(left) else 0)
                spans.append((" " * space, ""))
                at += space
            self._targets.append((at, at + part.width, part.target))
            spans += [(clean(text, lines=False), style) for text, style in part.styled]
            at += part.width
        return Content.assemble(*spans)

    def on_click(self, event: events.Click) -> None:
        for start, end, target in self._targets:
            if target and start <= event.x < end:
                self.post_message(self.Chosen(self, target))
