"""The list of services: one line each, painted again only where it changed."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from devbox.tui.panels.columns import GUTTER, Column, fit, layout
from devbox.tui.panels.rows import Kind, Row
from devbox.tui.selection import Selection
from devbox.tui.status import Tone
from devbox.tui.widgets.moves import MOVES


class ServiceList(ScrollView, can_focus=True):
    """Shows rows; the cursor stays on its row when others come and go, and never stands on a heading."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"service-list--{tone.value}" for tone in Tone),
        "service-list--title",
        "service-list--heading",
        "service-list--stack",
        "service-list--mark",
        "service-list--cursor",
        "service-list--cursor-away",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("right,l", "unfold(True)", show=False),
        Binding("left,h", "unfold(False)", show=False),
    ]

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Activated(Message):
        """A row was double-clicked."""

    class Folded(Message):
        """A service's replicas are to be shown or hidden."""

        def __init__(self, service: str, opened: bool) -> None:
            super().__init__()
            self.service = service
            self.opened = opened

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: tuple[Row, ...] = ()
        self.cursor = "stack"
        self.marked: set[str] = set()
        self.columns: tuple[Column, ...] = ()
        self._lines: dict[tuple[object, ...], Strip] = {}
        self._width = 0

    # What is shown

    def show(self, rows: tuple[Row, ...]) -> None:
        """Show these rows."""
        before, at = self.rows, self.index
        self.rows = rows
        self.marked &= {row.service for row in rows}
        columns = self._layout()
        if len(before) != len(rows) or columns != self.columns:
            self.columns = columns
            self._lines.clear()
            self.virtual_size = Size(1, len(rows))
            self.refresh()
        else:
            for y, (old, new) in enumerate(zip(before, rows, strict=True)):
                if old != new:
                    self.refresh_line(y)
        if rows and not any(row.key == self.cursor for row in rows):
            self._to(min(at, len(rows) - 1), 1)

    def _layout(self) -> tuple[Column, ...]:
        wanted = layout(max(self.scrollable_content_region.width, 1), self.rows)
        same = [(c.title, c.width) for c in wanted] == [(c.title, c.width) for c in self.columns]
        return self.columns if same else wanted

    def on_resize(self, event: events.Resize) -> None:
        self._width = self.scrollable_content_region.width
        self.columns = self._layout()
        self._lines.clear()
        self.virtual_size = Size(1, len(self.rows))
        self.scroll_to_region(Region(0, self.index, 1, 1), animate=False, force=True)
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._lines.clear()

    # Where the user is

    @property
    def index(self) -> int:
        """The cursor's line."""
        return next((y for y, row in enumerate(self.rows) if row.key == self.cursor), 0)

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return next((row for row in self.rows if row.key == self.cursor), None)

    @property
    def selection(self) -> Selection:
        """The marked services, else what the cursor stands on."""
        if self.marked:
            return Selection(services=tuple(row.service for row in self.rows if self._is_marked(row)))
        row = self.row
        if row is None or not row.service:
            return Selection()
        return Selection(services=(row.service,), container=row.container)

    def _is_marked(self, row: Row) -> bool:
        return row.kind is Kind.SERVICE and row.service in self.marked

    def go(self, key: str) -> None:
        """Put the cursor on the row of that key, if it is there."""
        for y, row in enumerate(self.rows):
            if row.key == key:
                self._to(y, 1)

    def _to(self, y: int, step: int) -> None:
        """Go to line `y`, or to the nearest row in the direction of `step` that is no heading, else in the other."""
        candidates = [*range(y, len(self.rows)), *range(y - 1, -1, -1)]
        if step < 0:
            candidates = [*range(y, -1, -1), *range(y + 1, len(self.rows))]
        at = next((line for line in candidates if self.rows[line].kind is not Kind.HEADING), None)
        if at is None:
            return
        row = self.rows[at]
        moved = row.key != self.cursor
        self.refresh_line(self.index)
        self.cursor = row.key
        self.refresh_line(at)
        self.scroll_to_region(Region(0, at, 1, 1), animate=False, force=True)
        if moved:
            self.post_message(self.Moved(row))

    def action_move(self, step: int) -> None:
        if self.rows:
            self._to(max(0, min(len(self.rows) - 1, self.index + step)), step)

    def action_page(self, step: int) -> None:
        self.action_move(step * max(1, self.size.height - 1))

    def action_end(self, step: int) -> None:
        self.action_move(step * len(self.rows))

    def action_unfold(self, opened: bool) -> None:
        if (row := self.row) and row.service:
            self.post_message(self.Folded(row.service, opened))

    def mark(self) -> None:
        """Select the service under the cursor, or no longer, and go on to the next."""
        row = self.row
        if row is None or row.kind is not Kind.SERVICE:
            return
        self.marked ^= {row.service}
        self.refresh_line(self.index)
        self.action_move(1)

    def unmark(self) -> bool:
        """Select none; whether any was."""
        had = bool(self.marked)
        self.marked.clear()
        if had:
            self.refresh()
        return had

    # The mouse

    def on_click(self, event: events.Click) -> None:
        y = event.y + self.scroll_offset.y
        if not 0 <= y < len(self.rows) or self.rows[y].kind is Kind.HEADING:
            return
        self._to(y, 1)
        row = self.rows[y]
        if event.ctrl or event.shift:
            self.marked ^= {row.service} if row.kind is Kind.SERVICE else set()
            self.refresh_line(y)
        elif row.replicas > 1 and event.x < GUTTER + self.columns[0].width:
            self.post_message(self.Folded(row.service, not row.opened))
        elif event.chain == 2:
            self.post_message(self.Activated())

    # Painting

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh_line(self.index)

    def render_line(self, y: int) -> Strip:
        width = self._width
        at = y + self.scroll_offset.y
        if at >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        row = self.rows[at]
        key = (row, row.key == self.cursor, self.has_focus, self._is_marked(row), width)
        if key not in self._lines:
            if len(self._lines) > 1000:
                self._lines.clear()
            self._lines[key] = self._strip(row, width)
        return self._lines[key]

    def title(self, width: int) -> Strip:
        """The columns' titles, for the line above."""
        style = self.get_component_rich_style("service-list--title")
        text = " " * GUTTER + "  ".join(fit(c.title, c.width, c.right) for c in self.columns)
        return Strip([Segment(text, style)]).crop_extend(0, width, style)

    def _strip(self, row: Row, width: int) -> Strip:
        cursor = row.key == self.cursor
        back = Style()
        if cursor:
            name = "service-list--cursor" if self.has_focus else "service-list--cursor-away"
            back = Style(bgcolor=self.get_component_rich_style(name).bgcolor)
        if row.kind is Kind.HEADING:
            style = self.get_component_rich_style("service-list--heading")
            return Strip([Segment(f" {fit(row.name, width - 1)}", style)]).crop_extend(0, width, style)
        marked = self._is_marked(row)
        mark = "✔" if marked else "▌" if cursor else " "
        segments = [Segment(mark, self.get_component_rich_style("service-list--mark") + back)]
        if row.status:
            segments.append(Segment(f"{row.status.symbol} ", self._tone(row.status.tone) + back))
        bold = self.get_component_rich_style("service-list--stack") + back if row.kind is Kind.STACK else None
        for column in self.columns:
            text, tone = column.cell(row)
            style = bold if bold and tone is Tone.PLAIN else self._tone(tone) + back
            segments.append(Segment(column.text(text) + "  ", style))
        return Strip(segments).crop_extend(0, width, self.rich_style + back)

    def _tone(self, tone: Tone) -> Style:
        return self.get_component_rich_style(f"service-list--{tone.value}")


class Titles(Widget):
    """The list's column titles."""

    def __init__(self, of: ServiceList) -> None:
        super().__init__()
        self._of = of

    def render_line(self, y: int) -> Strip:
        return self._of.title(self.size.width)
