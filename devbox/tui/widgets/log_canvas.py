"""A log painted: only what is seen is read, parsed and painted, however much arrives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar, Self

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from devbox.logs.buffer import LogBuffer, LogSource
from devbox.record import dataclass
from devbox.tui.widgets.log_format import LineFormat
from devbox.tui.widgets.log_search import MatchCount
from devbox.tui.widgets.log_selection import LogSelection
from devbox.tui.widgets.log_styles import PARTS, LogStyles
from devbox.tui.widgets.log_window import LogWindow, Row
from devbox.tui.widgets.ticker import Ticker

_PERIOD = 1 / 30
_FLOODS = ((20, 1 / 5), (1, 1 / 10))
"""Screens of lines that came since the last painting, and the time to the next one then: nobody reads what is replaced
as a whole each time, and painting is what it costs most."""
_STATUS_PERIOD = 1 / 5


@dataclass(frozen=True, slots=True)
class LogStatus:
    """What the line above a log tells of it."""

    following: bool
    lines: int
    waiting: int
    """Lines below those in sight."""
    dropped: int
    filtering: int
    """Lines that the filter did not look at yet."""
    match: int
    matches: int


class LogCanvas(Widget, can_focus=True):
    """Paints a LogWindow, at most 30 times a second and only while it can be seen.

    It scrolls by itself: Textual's ScrollView lays the whole screen out anew whenever the number of lines changes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{part}" for part in PARTS}
    DEFAULT_CSS = """
    LogCanvas {
        height: 1fr;
        width: 1fr;
        background: $surface;
        color: $foreground;
        & > .log--time { color: $foreground 60%; }
        & > .log--stderr { color: $text-warning; }
        & > .log--mark { color: $text-accent; text-style: italic; }
        & > .log--match { background: $warning 45%; color: $foreground; text-style: bold; }
        & > .log--here { background: $warning; color: $background; text-style: bold; }
        & > .log--selection { background: $primary 50%; }
        & > .log--edge { color: $text-accent; text-style: bold; }
        & > .log--error { color: $text-error; }
        & > .log--warning { color: $text-warning; }
        & > .log--debug { color: $foreground 65%; }
        & > .log--bar { background: $panel; }
        & > .log--thumb { background: $primary; }
    }
    """

    empty = "Nothing logged yet."
    """What stands where there is no line."""

    class StatusChanged(Message):
        """At most five times a second."""

        def __init__(self, status: LogStatus) -> None:
            super().__init__()
            self.status = status

    def __init__(self, source: LogSource | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._format = LineFormat()
        self._window = LogWindow(source or LogBuffer(1, 1), self._format.rows_of)
        self._services: Sequence[str] | None = None
        self._selection: LogSelection | None = None
        self._here: int | None = None
        """The line the search stands on."""
        self._matches: MatchCount | None = None
        self._styled = False
        self._ticker = Ticker(_PERIOD, self._tick)
        self._seen: tuple[LogSource, int, int] = (self._window.view, -1, 0)
        self._next_paint = self._next_status = 0.0
        self._status: LogStatus | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in `crop`. There is no border or padding, so Textual's own styling of each line is left out."""
        if not self._styled:
            self._style()
        width, height = self.size
        rows = self._window.rows()
        top, visible = self._thumb(height)
        styles = self._format.styles
        bar, thumb = Segment(" ", styles.parts["bar"]), Segment(" ", styles.parts["thumb"])
        blank = [Segment(" " * (width - 1), styles.base)]
        background = self.background_colors[1]
        filters = self.get_line_filters()
        strips = []
        for y in crop.line_range:
            segments = self._row(rows[y]) if y < len(rows) else blank if y else self._nothing(width - 1)
            # A Strip costs more than what is in it: one for each row.
            strip = Strip([*segments, thumb if top <= y < top + visible else bar], width)
            coloured = y < len(rows) and self._format.coloured(rows[y][0])
            for line_filter in filters:
                if coloured or not isinstance(line_filter, ANSIToTruecolor):
                    strip = strip.apply_filter(line_filter, background)
            strips.append(strip)
        if crop.column_span != (0, width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def notify_style_update(self) -> None:
        """The theme or the focus changed: the colours are asked for anew before the next painting."""
        super().notify_style_update()
        self._styled = False

    def refresh(self, *regions: Region, **more: bool) -> Self:
        self._ticker.wake()
        return super().refresh(*regions, **more)

    def wake(self) -> None:
        """There may be lines to paint: they are looked for at once, instead of within a quarter of a second."""
        self._ticker.wake()

    def on_show(self) -> None:
        self._ticker.start()

    def on_hide(self) -> None:
        self._ticker.stop()

    def on_unmount(self) -> None:
        self._ticker.stop()

    def on_resize(self, event: events.Resize) -> None:
        self._window.height = max(1, event.size.height)
        self._format.width = max(2, event.size.width - 1)
        self._reformat()

    def _style(self) -> None:
        def part(name: str) -> Style:
            style = self.get_component_rich_style(f"log--{name}")
            return Style(bgcolor=style.bgcolor) if name == "selection" else style

        self._format.styles = LogStyles.of(self.rich_style, part, self.app.current_theme.dark)
        self._name_services()
        self._format.forget()
        self._styled = True

    def _name_services(self) -> None:
        services = self._services
        self._format.names = self._format.styles.names(services) if services is not None else None

    def _row(self, row: Row) -> list[Segment]:
        number, index, line = row
        marked = self._selection.span(number) if self._selection else None
        return self._format.row(number, index, line, number == self._here, marked)

    def _nothing(self, width: int) -> list[Segment]:
        said = " No line matches the filter." if self._window.query else f" {self.empty}"
        style = self._format.styles.base + self._format.styles.parts["time"]
        return [Segment(set_cell_size(said, max(0, width)), style)]

    def _thumb(self, height: int) -> tuple[int, int]:
        """First row and rows of the scroll bar's thumb; no rows where everything is in sight."""
        view = self._window.view
        total = view.end - view.first
        if total <= height:
            return 0, 0
        size = max(1, height * height // total)
        if self._window.following:
            return height - size, size
        done = (self._window.top()[0] - view.first) / max(1, total - height)
        return min(height - size, round((height - size) * done)), size

    def _reformat(self) -> None:
        """Parse and paint everything anew."""
        self._format.forget()
        self._seen = (self._window.view, -1, 0)
        self._status = None
        self.refresh()

    def _tick(self) -> bool:
        """Take in what came; whether there was something, or more is to be done."""
        window = self._window
        window.advance()
        if self._matches:
            self._matches.advance()
        now = time.monotonic()
        view = window.view
        shown, version, end = self._seen
        changed = view is not shown or view.version != version
        if changed and now >= self._next_paint:
            if view is shown and version >= 0:
                self._format.forget(max(view.altered(version), 1))
            screens = (view.end - end) / window.height if view is shown else 0
            self._next_paint = now + next((pause for least, pause in _FLOODS if screens > least), 0)
            self._seen = (view, view.version, view.end)
            self.refresh()
        told = now >= self._next_status and self._tell()
        if told:
            self._next_status = now + _STATUS_PERIOD
        return changed or told or window.pending > 0 or bool(self._matches and not self._matches.complete)

    def _tell(self) -> bool:
        """Whether there was something new to tell."""
        window, matches = self._window, self._matches
        view = window.view
        status = LogStatus(
            following=window.following,
            lines=view.end - view.first,
            waiting=window.waiting,
            dropped=view.dropped,
            filtering=window.pending,
            match=matches.place(self._here) if matches and self._here is not None else 0,
            matches=matches.total if matches else 0,
        )
        if status == self._status:
            return False
        self._status = status
        self.post_message(self.StatusChanged(status))
        return True
