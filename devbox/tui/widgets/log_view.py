"""A log one can walk through, search, filter and copy from, by keys and by mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from devbox.logs.buffer import LogSource
from devbox.logs.query import Query
from devbox.tui.widgets.ansi import whole
from devbox.tui.widgets.log_canvas import LogCanvas
from devbox.tui.widgets.log_search import MatchCount, nearest
from devbox.tui.widgets.log_selection import LogSelection, Spot
from devbox.tui.widgets.log_window import LogWindow

_WHEEL = 3
_SIDEWAYS = 16


class LogView(LogCanvas):
    """Shows a LogSource; `show()` gives it another one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "rows(-1)", "Up", show=False),
        Binding("down,j", "rows(1)", "Down", show=False),
        Binding("pageup", "pages(-1.0)", "Page up", show=False),
        Binding("pagedown,space", "pages(1.0)", "Page down", show=False),
        Binding("ctrl+u", "pages(-0.5)", "Half a page up", show=False),
        Binding("ctrl+d", "pages(0.5)", "Half a page down", show=False),
        Binding("home,g", "share(0)", "First line", show=False),
        Binding("end,G", "share(1)", "Last line", show=False),
        Binding("left,h", "sideways(-1)", "Left", show=False),
        Binding("right,l", "sideways(1)", "Right", show=False),
        Binding("n", "match(1)", "Next match", show=False),
        Binding("N", "match(-1)", "Previous match", show=False),
        Binding("t", "timestamps", "Times", show=False),
    ]

    def __init__(self, source: LogSource | None = None, *, id: str | None = None) -> None:
        super().__init__(source, id=id)
        self._drag = ""
        """What the mouse holds: "text", "bar" or nothing."""
        self._resume = False
        """Whether to follow again if the drag marks nothing."""

    # What is shown, and how

    def show(self, source: LogSource, services: Sequence[str] | None = None) -> None:
        """Show another log, from its end; `services`: the names to tell apart in front of the lines (None: no names).
        The filter and the search stay."""
        query = self._window.query
        self._services = services
        self._window = LogWindow(source, self._format.rows_of)
        self._window.height = max(1, self.size.height)
        if query:
            self._window.filter(query)
        self._name_services()
        self._selection = self._here = None
        self.search(self._format.search, jump=False)
        self._reformat()

    @property
    def following(self) -> bool:
        return self._window.following

    def follow(self, on: bool) -> None:
        """Go with the end, or stand still."""
        if on:
            self._window.follow()
        else:
            self._window.hold()
        self.refresh()

    @property
    def wrap(self) -> bool:
        return self._format.wrap

    @wrap.setter
    def wrap(self, on: bool) -> None:
        self._format.wrap = on
        self._format.offset = 0
        self._reformat()

    @property
    def timestamps(self) -> bool:
        return self._format.timestamps

    @timestamps.setter
    def timestamps(self, on: bool) -> None:
        self._format.timestamps = on
        self._reformat()

    @property
    def wanted(self) -> Query | None:
        """The filter in force."""
        return self._window.query

    @property
    def sought(self) -> Query | None:
        """What is searched."""
        return self._format.search

    def filter(self, query: Query | None) -> None:
        """Show only the lines that `query` wants, from the end."""
        self._window.filter(query or None)
        self._selection = self._here = None
        self.search(self._format.search, jump=False)
        self._reformat()

    def clear(self) -> None:
        """Show only what comes from now on."""
        self._window.clear()
        self._selection = self._here = None
        self.search(self._format.search, jump=False)
        self._reformat()

    def search(self, query: Query | None, *, jump: bool = True) -> bool:
        """Highlight `query`, and go to its last match; False: there is none."""
        self._format.search = query or None
        self._matches = MatchCount(self._window.view, query) if query else None
        self._here = None
        self._reformat()
        return bool(query) and jump and self.go_to_match(-1)

    def go_to_match(self, step: int) -> bool:
        """Go to the next match (1) or the one before (-1), round the end; False: there is none."""
        query = self._format.search
        if not query:
            return False
        if self._here is None:
            rows = self._window.rows()
            start = (rows[-1][0] if step < 0 else rows[0][0]) if rows else 0
        else:
            start = self._here + step
            if start < self._window.view.first:
                start = self._window.view.end - 1
            elif start >= self._window.view.end:
                start = self._window.view.first
        found = nearest(self._window.view, query, start, step)
        if found is None:
            return False
        if self._window.following:
            self._window.hold()
            self._matches = MatchCount(self._window.view, query)
        self._here = found
        self._window.reveal(found)
        self._bring_into_sight(found, query)
        self.refresh()
        return True

    # Copying

    def copy_text(self) -> str:
        """What is marked; else the line the search stands on; else the lines in sight."""
        view = self._window.view
        if self._selection is not None and not self._selection.empty:
            return self._selection.text(view)
        if self._here is not None:
            return "\n".join(whole(line.text) for line in view.slice(self._here, self._here + 1))
        seen = {number: line for number, _, line in self._window.rows()}
        return "\n".join(whole(line.text) for line in seen.values())

    def copy_all(self) -> str:
        """Every line that the filter leaves."""
        view = self._window.view
        return "\n".join(whole(line.text) for line in view.slice(view.first, view.end))

    # Keys

    def action_rows(self, rows: int) -> None:
        self._window.scroll(rows)
        self.refresh()

    def action_pages(self, pages: float) -> None:
        self.action_rows(round(pages * max(1, self._window.height - 1)))

    def action_share(self, share: float) -> None:
        self._window.scroll_to(share)
        self.refresh()

    def action_sideways(self, steps: int) -> None:
        if not self.wrap:
            self._format.offset = max(0, self._format.offset + steps * _SIDEWAYS)
            self.refresh()

    def action_match(self, step: int) -> None:
        self.go_to_match(step)

    def action_timestamps(self) -> None:
        self.timestamps = not self.timestamps

    # Mouse

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        if event.shift:
            self.action_sideways(-1)
        else:
            self.action_rows(-_WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        if event.shift:
            self.action_sideways(1)
        else:
            self.action_rows(_WHEEL)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        event.stop()
        self.action_sideways(-1)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        event.stop()
        self.action_sideways(1)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.button != 1:
            return
        self.capture_mouse()
        if event.x >= self.size.width - 1:
            self._drag = "bar"
            self._grab_bar(event.y)
            return
        self._drag = "text"
        self._resume = self._window.following
        # What is being marked must not run away from under the pointer.
        self._window.hold()
        spot = self._spot(event.x, event.y)
        self._selection = LogSelection(spot, spot) if spot else None
        self.refresh()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._drag == "bar":
            self._grab_bar(event.y)
        elif self._drag == "text" and self._selection:
            if event.y < 0 or event.y >= self.size.height:
                self._window.scroll(-1 if event.y < 0 else 1)
                self._window.hold()
            if spot := self._spot(event.x, min(max(event.y, 0), self.size.height - 1)):
                self._selection = self._selection.to(spot)
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        dragged, self._drag = self._drag, ""
        if dragged == "text" and (self._selection is None or self._selection.empty):
            self._selection = None
            if self._resume:
                self._window.follow()
            self.refresh()

    def _grab_bar(self, y: int) -> None:
        self.action_share(y / max(1, self.size.height - 1))

    def _spot(self, x: int, y: int) -> Spot | None:
        rows = self._window.rows()
        if not rows:
            return None
        number, row, line = rows[min(y, len(rows) - 1)]
        return number, self._format.position(number, row, line, x)

    def _bring_into_sight(self, number: int, query: Query) -> None:
        """Scroll sideways to the match, if the line is longer than the row."""
        for line in self._window.view.slice(number, number + 1):
            spans = query.spans(whole(line.text))
            if spans and not self.wrap:
                self._format.offset = self._format.reach(line, spans[0][1])
