"""Log lines as strips: prefix, sign of stderr, text with its styles, highlights."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from devbox.logs.levels import level
from devbox.logs.line import LogLine, Stream
from devbox.logs.query import Query
from devbox.tui.text import shorten_name
from devbox.tui.widgets.ansi import Styled, parse
from devbox.tui.widgets.cells import breaks, index_at
from devbox.tui.widgets.log_styles import LogStyles

STDERR_SIGN = "▎"
_LONGEST_WRAPPED = 32_768
"""Characters of a line that are shown when it is wrapped; unwrapped, all of it can be reached."""
_STEP = 4_096
_TIME = 13
_KEPT = 2_000

Piece = tuple[int, int, Style]
"""start, end, style"""


@dataclass(slots=True)
class _Entry:
    """A line as it was parsed, for as long as it is seen."""

    styled: Styled
    starts: list[int]
    spans: list[tuple[int, int]]
    limit: int


class LineFormat:
    """How lines are shown. After changing an attribute, `forget()` what was parsed."""

    def __init__(self) -> None:
        self.width = 80
        """Cells of a row, prefix included."""
        self.offset = 0
        """Cells scrolled to the right, while not wrapped."""
        self.wrap = False
        self.timestamps = False
        self.names: dict[str, Style] | None = None
        """Colours by service; None: no names are shown."""
        self.search: Query | None = None
        self.styles = LogStyles(Style(), {}, True)
        self._entries: dict[int, _Entry] = {}
        self._clock: tuple[int, str] = (-1, "")
        self._widths: tuple[tuple[int, int], int] = ((-1, -1), 0)

    def forget(self, start: int = 0) -> None:
        """What was parsed from line number `start` on is parsed again."""
        self._widths = ((-1, -1), 0)
        if start:
            for number in [number for number in self._entries if number >= start]:
                del self._entries[number]
        else:
            self._entries.clear()

    @property
    def name_width(self) -> int:
        """Cells that names take; 0: they are not shown."""
        if self.names is None:
            return 0
        known = (len(self.names), self.width)
        if self._widths[0] != known:
            longest = max((cell_len(name) for name in self.names), default=8)
            self._widths = (known, max(4, min(longest, 20, self.width // 4)))
        return self._widths[1]

    @property
    def _timed(self) -> bool:
        return self.timestamps and self.width >= 3 * _TIME

    @property
    def prefix_width(self) -> int:
        """Cells before the text."""
        return 1 + (_TIME if self._timed else 0) + (self.name_width + 1 if self.names is not None else 0)

    @property
    def body_width(self) -> int:
        return max(1, self.width - self.prefix_width)

    def rows_of(self, number: int, line: LogLine) -> int:
        """On how many rows the line is shown."""
        if not self.wrap or (len(line.text) * 2 <= self.body_width and "\t" not in line.text):
            return 1
        return len(self._entry(number, line).starts)

    def position(self, number: int, row: int, line: LogLine, cell: int) -> int:
        """The index in the line's text that is shown at `cell` of the row."""
        entry = self._entry(number, line)
        text = entry.styled.text
        cell = max(0, cell - self.prefix_width)
        if not self.wrap:
            return index_at(text, self.offset + cell)
        start, stop = self._row(entry, row)
        return start + index_at(text[start:stop], cell)

    def reach(self, line: LogLine, index: int) -> int:
        """The offset that brings the character `index` into sight (0: it is without scrolling)."""
        cells = cell_len(parse(line.text, index + 1).text[: index + 1])
        return 0 if cells < self.body_width else cells - self.body_width // 2

    def row(
        self, number: int, row: int, line: LogLine, here: bool = False, selected: tuple[int, int] | None = None
    ) -> list[Segment]:
        """One row, exactly `width` cells; `here`: the search stands on this line, `selected`: from and to index."""
        entry = self._entry(number, line)
        base = self.styles.base
        text = entry.styled.text
        if self.wrap:
            start, stop = self._row(entry, row)
            shift = 0
        else:
            start = index_at(text, self.offset) if self.offset else 0
            stop = min(len(text), start + self.body_width)
            shift = self.offset
        segments = self._prefix(line) if not row else [Segment(" " * (self.prefix_width - 1), base)]
        segments.append(self._sign(line))
        body = self._body(line, entry, start, stop, here, selected)
        room = self.body_width
        if text.isascii():
            used = stop - start
        else:
            used = sum(segment.cell_length for segment in body)
            if used > room:
                body = list(Strip(body).crop(0, room))
                used = room
        edge = self.styles.parts["edge"]
        if self.wrap:
            more = row == len(entry.starts) - 1 and (entry.styled.cut or line.partial)
            note = " ✂ cut" if line.partial and not entry.styled.cut else " ⋯ unwrap to read on"
            if more and room - used > 2:
                note = set_cell_size(note, min(room - used, len(note)))
                body.append(Segment(note, base + edge))
                used += len(note)
        else:
            if shift and text:
                body = [Segment("‹", base + edge), *Strip(body, used).crop(1)] if used else [Segment("‹", base + edge)]
                used = max(used, 1)
            if stop < len(text) or (entry.styled.cut and used >= room):
                body = [*Strip(body, used).crop(0, max(room - 1, 0)), Segment("›", base + edge)]
                used = room
        if used < room:
            body.append(Segment(" " * (room - used), base))
        return segments + body

    def coloured(self, number: int) -> bool:
        """Whether the line brings colours of its own, which the terminal's palette names."""
        entry = self._entries.get(number)
        return entry is None or bool(entry.styled.runs)

    def _row(self, entry: _Entry, row: int) -> tuple[int, int]:
        starts = entry.starts
        if row >= len(starts):
            return len(entry.styled.text), len(entry.styled.text)
        return starts[row], starts[row + 1] if row + 1 < len(starts) else len(entry.styled.text)

    def _entry(self, number: int, line: LogLine) -> _Entry:
        limit = _LONGEST_WRAPPED if self.wrap else -(-(self.offset + self.width + 1) // _STEP) * _STEP
        entry = self._entries.get(number)
        if entry is None or entry.limit != limit:
            styled = parse(line.text, limit)
            starts = breaks(styled.text, self.body_width) if self.wrap else [0]
            spans = self.search.spans(styled.text) if self.search else []
            if len(self._entries) >= _KEPT:
                self._entries.clear()
            entry = self._entries[number] = _Entry(styled, starts, spans, limit)
        return entry

    def _prefix(self, line: LogLine) -> list[Segment]:
        segments = []
        if self._timed:
            segments.append(Segment(self._time(line.time), self.styles.base + self.styles.parts["time"]))
        if self.names is not None:
            style = self.names.get(line.service)
            if style is None:
                style = self.names[line.service] = self.styles.other(line.service)
            name = set_cell_size(shorten_name(line.service, self.name_width), self.name_width)
            segments.append(Segment(name + " ", style))
        return segments

    def _sign(self, line: LogLine) -> Segment:
        base = self.styles.base
        if line.stream is Stream.STDERR:
            return Segment(STDERR_SIGN, base + self.styles.parts["stderr"])
        return Segment("─", base + self.styles.parts["mark"]) if line.stream is Stream.MARK else Segment(" ", base)

    def _time(self, nanoseconds: int) -> str:
        if not nanoseconds:
            return " " * _TIME
        seconds, rest = divmod(nanoseconds, 1_000_000_000)
        if self._clock[0] != seconds:
            self._clock = (seconds, time.strftime("%H:%M:%S", time.localtime(seconds)))
        return f"{self._clock[1]}.{rest // 1_000_000:03d} "

    def _body(
        self, line: LogLine, entry: _Entry, start: int, stop: int, here: bool, selected: tuple[int, int] | None
    ) -> list[Segment]:
        styled, styles = entry.styled, self.styles
        base = styles.base
        if line.stream is Stream.MARK:
            base = base + styles.parts["mark"]
        elif not styled.runs:
            base = styles.levels.get(level(styled.text), base)
        if not styled.runs and not entry.spans and selected is None:
            return [Segment(styled.text[start:stop], base)] if stop > start else []
        pieces: Sequence[Piece] = [(start, stop, base)] if stop > start else []
        pieces = _laid(pieces, styled.runs)
        match = styles.parts["here" if here else "match"]
        pieces = _laid(pieces, [(begin, end, match) for begin, end in entry.spans])
        if selected is not None:
            pieces = _laid(pieces, [(*selected, styles.parts["selection"])])
        return [Segment(styled.text[begin:end], style) for begin, end, style in pieces]


def _laid(pieces: Iterable[Piece], spans: Sequence[Piece]) -> list[Piece]:
    """`pieces` with the styles of `spans` (in order, apart) laid over them."""
    found: list[Piece] = []
    index = 0
    for begin, end, style in pieces:
        while index < len(spans) and spans[index][1] <= begin:
            index += 1
        at = index
        while begin < end:
            if at >= len(spans) or spans[at][0] >= end:
                found.append((begin, end, style))
                break
            first, last, over = spans[at]
            if first > begin:
                found.append((begin, first, style))
                begin = first
            stop = min(last, end)
            if stop > begin:
                found.append((begin, stop, style + over))
            begin = max(begin, stop)
            at += 1
    return found
