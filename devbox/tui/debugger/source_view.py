"""A source file, with the line where a thread stands and the breakpoints in its gutter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from devbox.record import dataclass
from devbox.tui.debugger.coloured import KINDS, Coloured
from devbox.tui.text import clean, shorten
from devbox.tui.widgets.moves import MOVES

_SLICE = 0.008
"""Seconds of colouring at a time, so that keys are answered in between."""
_SIDEWAYS = 8
_NOTE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A breakpoint in the gutter; `tone` is one of good, bad, quiet."""

    symbol: str
    tone: str


class SourceView(ScrollView, can_focus=True):
    """Lines count from 1. The cursor is the user's; `standing` is the thread's, `top`: of its newest frame."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"source--{kind}" for kind in KINDS),
        "source--number-column",
        "source--good",
        "source--bad",
        "source--quiet",
        "source--here",
        "source--above",
        "source--arrow",
        "source--cursor",
        "source--cursor-away",
        "source--match",
        "source--note",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("right,l", "sideways(1)", show=False),
        Binding("left,h", "sideways(-1)", show=False),
    ]

    class Marked(Message):
        """The gutter beside a line was clicked."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source: Coloured | None = None
        self.cursor = 1
        self._standing = 0
        self._top = True
        self._note = ""
        self._marks: Mapping[int, Mark] = {}
        self._needle = ""
        self._left = 0
        self._width = 0
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}
        self._asked = False

    # What is shown

    def show(self, source: Coloured | None) -> None:
        """Another text, or the same one as it is now."""
        self.source = source
        self.cursor = max(1, min(self.cursor, self.count))
        self._left = 0
        self.virtual_size = Size(1, self.count)
        self._repaint()

    def stand(self, line: int, *, top: bool = True, note: str = "") -> None:
        """Where the thread stands (0: nowhere here), and what is to be said there."""
        if (line, top, note) != (self._standing, self._top, self._note):
            self._standing, self._top, self._note = line, top, note
            self._repaint()

    def mark(self, marks: Mapping[int, Mark]) -> None:
        """The breakpoints by line."""
        if marks != self._marks:
            self._marks = marks
            self._repaint()

    @property
    def count(self) -> int:
        return len(self.source.lines) if self.source else 0

    @property
    def line(self) -> str:
        """The text under the cursor."""
        return self.source.lines[self.cursor - 1] if self.source and self.cursor <= self.count else ""

    def go(self, line: int, *, middle: bool = False) -> None:
        """Put the cursor there; what was out of sight (or with `middle`, anyway) comes into the middle."""
        if not self.count:
            self.cursor = max(1, line)
            return
        self.cursor = max(1, min(line, self.count))
        top, height = round(self.scroll_offset.y), max(1, self.size.height)
        if middle or not top < self.cursor <= top + height:
            self.scroll_to(y=max(0, self.cursor - 1 - height // 2), animate=False, force=True, immediate=True)
        self._repaint()

    # Searching

    def search(self, needle: str) -> None:
        """Show every line's matches; small letters find capital ones too."""
        self._needle = needle
        self._repaint()

    def find(self, step: int, *, here: bool = False) -> tuple[int, int]:
        """Go to the next line that matches (`here`: the cursor's own counts); (its place, how many there are)."""
        if not self._needle or self.source is None:
            return 0, 0
        found = [number for number, line in enumerate(self.source.lines, 1) if self._spans(line)]
        if not found:
            return 0, 0
        if step > 0:
            at = next((n for n in found if n > self.cursor or (here and n == self.cursor)), found[0])
        else:
            at = next((n for n in reversed(found) if n < self.cursor), found[-1])
        self.go(at)
        return found.index(at) + 1, len(found)

    def _spans(self, line: str) -> list[tuple[int, int]]:
        needle = self._needle
        text = line.lower() if needle == needle.lower() else line
        spans, at = [], text.find(needle)
        while at >= 0:
            spans.append((at, at + len(needle)))
            at = text.find(needle, at + len(needle))
        return spans

    # Keys and mouse

    def action_move(self, step: int) -> None:
        self._to(self.cursor + step)

    def action_page(self, step: int) -> None:
        self._to(self.cursor + step * max(1, self.size.height - 1))

    def action_end(self, step: int) -> None:
        self._to(1 if step < 0 else self.count)

    def action_sideways(self, step: int) -> None:
        self._left = max(0, self._left + step * _SIDEWAYS)
        self._repaint()

    def _to(self, line: int) -> None:
        if self.count:
            self.cursor = max(1, min(line, self.count))
            self.scroll_to_region(Region(0, self.cursor - 1, 1, 1), animate=False, force=True)
            self._repaint()

    def on_click(self, event: events.Click) -> None:
        line = event.y + round(self.scroll_offset.y) + 1
        if not 1 <= line <= self.count:
            return
        self._to(line)
        if event.x < self._gutter:
            self.post_message(self.Marked(line))

    # Painting

    @property
    def _gutter(self) -> int:
        """A mark, the line's number, the arrow."""
        return len(str(max(self.count, 100))) + 5

    def _repaint(self) -> None:
        self._strips = {}
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        # What came while there was no room to see it comes into the middle once there is.
        hidden, self._width = not self._width, self.scrollable_content_region.width
        self.virtual_size = Size(1, self.count)
        self._repaint()
        self.call_after_refresh(self.go, self.cursor, middle=hidden)

    def on_hide(self) -> None:
        self._width = 0

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles = {}
        self._strips = {}

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._repaint()

    def render_line(self, y: int) -> Strip:
        width = self._width or self.size.width
        number = y + round(self.scroll_offset.y) + 1
        if self.source is None or number > self.count:
            return Strip.blank(width, self._style(""))
        if number not in self._strips:
            if self._asked or not self.source.advance(number - 1, _SLICE):
                self._ask_again()
                return self._strip(number, width)
            self._strips[number] = self._strip(number, width)
        return self._strips[number]

    def _ask_again(self) -> None:
        """The lines were painted before their colours were known."""
        if not self._asked:
            self._asked = True
            self.set_timer(0.01, self._again)

    def _again(self) -> None:
        self._asked = False
        self._repaint()

    def _strip(self, number: int, width: int) -> Strip:
        assert self.source is not None
        back = self._back(number)
        mark = self._marks.get(number)
        standing = number == self._standing
        digits = self._gutter - 5
        head = [
            Segment(f" {mark.symbol if mark else ' '} ", self._style(mark.tone if mark else "quiet") + back),
            Segment(f"{number:>{digits}}", self._style("number-column") + back),
            Segment("▶ " if standing and self._top else "▷ " if standing else "  ", self._style("arrow") + back),
        ]
        spans = self._spans(self.source.lines[number - 1]) if self._needle else []
        code = self._code(number, spans, back)
        if standing and self._note:
            code.append(Segment(f"   ◂ {shorten(self._note, _NOTE)}", self._style("note") + back))
        room = max(0, width - self._gutter)
        text = Strip(code)
        more = text.cell_length - self._left > room
        text = text.crop_extend(self._left, self._left + room, self._style("") + back)
        if more and room > 1:
            text = Strip([*text.crop(0, room - 1), Segment("›", self._style("quiet") + back)])
        return Strip([*head, *text]).crop_extend(0, width, self._style("") + back)

    def _code(self, number: int, spans: list[tuple[int, int]], back: Style) -> list[Segment]:
        assert self.source is not None
        pieces = self.source.line(number - 1)
        if not spans:
            return [Segment(text, self._style(kind) + back) for text, kind in pieces]
        found, at = [], 0
        match = self._style("match")
        for text, kind in pieces:
            style = self._style(kind) + back
            for offset, character in enumerate(text):
                hit = any(start <= at + offset < end for start, end in spans)
                found.append(Segment(character, style + match if hit else style))
            at += len(text)
        return list(Segment.simplify(found))

    def _back(self, number: int) -> Style:
        if number == self._standing:
            return Style(bgcolor=self._style("here" if self._top else "above").bgcolor)
        if number == self.cursor:
            return Style(bgcolor=self._style("cursor" if self.has_focus else "cursor-away").bgcolor)
        return Style()

    def _style(self, name: str) -> Style:
        """Of a component; "": the widget's own, which costs as much to find as a row to paint."""
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"source--{name}") if name else self.rich_style
        return self._styles[name]


def label(path: str, folder: str) -> str:
    """The path as people say it: below the project's folder without that."""
    shown = path[len(folder) + 1 :] if folder and path.startswith(f"{folder}/") else path
    return clean(shown, lines=False)
