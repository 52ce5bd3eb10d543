"""A text of lines, one of which is marked by the cursor."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.widgets import Static

from devbox.tui.widgets.rendered_once import RenderedOnce


class Lines(Static):
    """Long lines are wrapped, so that a line may take several rows; the cursor marks all of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor"}
    DEFAULT_CSS = """
    Lines { height: auto; width: 1fr; }
    Lines > .lines--cursor { background: $primary 22%; }
    """

    class Pointed(Message):
        """The line numbered `line` was clicked."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.auto_links = False  # there are none, and looking for them costs 100 ms at each step in 1,500 lines
        self._lines: list[Content] = []
        self._page = Content()
        self._starts: list[int] = [0]
        self._width = 0
        self.cursor = 0

    def put(self, lines: list[Content]) -> None:
        """Show these lines; the cursor stays where it can."""
        self._lines = lines
        self._width = 0
        self.cursor = min(self.cursor, max(len(lines) - 1, 0))
        self._page = Content("\n").join(lines)
        self.update(RenderedOnce(self._page))

    def move(self, line: int) -> Region:
        """Put the cursor on that line, the first or last at most; the rows it marks."""
        before = self.rows()
        self.cursor = max(0, min(line, len(self._lines) - 1))
        self.refresh(before, self.rows())
        return self.rows()

    def rows(self) -> Region:
        """The rows of the line under the cursor."""
        starts = self._first_rows()
        first = starts[min(self.cursor, len(starts) - 1)]
        last = starts[min(self.cursor + 1, len(starts) - 1)]
        return Region(0, first, max(self.size.width, 1), max(last - first, 1))

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        return selection.extract(self._page.plain), "\n"

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if self._lines and self.rows().contains(0, y):
            style = Style(bgcolor=self.get_component_rich_style("lines--cursor").bgcolor)
            return Strip(Segment.apply_style(strip, post_style=style), strip.cell_length)
        return strip

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        if at is not None and self._lines:
            self.post_message(self.Pointed(min(bisect_right(self._first_rows(), at.y) - 1, len(self._lines) - 1)))

    def _first_rows(self) -> list[int]:
        """The row each line begins on, and the row after the last."""
        width = self.size.width
        if width != self._width or len(self._starts) != len(self._lines) + 1:
            self._width = width
            self._starts = list(accumulate((_height(line, width) for line in self._lines), initial=0))
        return self._starts


def _height(line: Content, width: int) -> int:
    return 1 if width < 1 or line.cell_length <= width else len(line.wrap(width))


class LineScroll(VerticalScroll, can_focus=True):
    """The keys move the cursor; the wheel scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "go(1)", show=False),
        Binding("up,k", "go(-1)", show=False),
        Binding("g,home", "go(-1000000)", show=False),
        Binding("G,end", "go(1000000)", show=False),
        Binding("ctrl+u,pageup", "page(-1)", show=False),
        Binding("ctrl+d,space,pagedown", "page(1)", show=False),
    ]

    class Moved(Message):
        """The cursor should go `by` lines down."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def action_go(self, by: int) -> None:
        self.post_message(self.Moved(by))

    def action_page(self, pages: int) -> None:
        self.post_message(self.Moved(pages * max(self.size.height - 1, 1)))
