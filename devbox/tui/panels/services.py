"""The services: the list with its titles and its filter."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Input

from devbox.session.state import State
from devbox.tui.panels.rows import build
from devbox.tui.panels.service_list import ServiceList, Titles

_SLOW = 10.0
"""Seconds between two looks at times that are shown in minutes."""


class ServicesPanel(Vertical):
    """The list with its titles and its filter; `state` in, `ServiceList.Moved` out."""

    state: reactive[State | None] = reactive(None, repaint=False)

    def __init__(self, now: Callable[[], float], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._opened: frozenset[str] = frozenset()
        self._needle = ""
        self._height: int | None = None
        self._built = 0.0
        self.list = ServiceList(id="service-list")
        self.titles = Titles(self.list)

    def compose(self) -> ComposeResult:
        yield self.titles
        yield self.list

    def on_mount(self) -> None:
        self.set_interval(1, self._pass)

    def watch_state(self) -> None:
        self.update_rows()

    def _pass(self) -> None:
        """Times in seconds go on every second; the others change once a minute at most."""
        if self._now() - self._built >= _SLOW or any("s" in row.uptime for row in self.list.rows):
            self.update_rows()

    def update_rows(self) -> None:
        """Bring the list to the state and the time of now."""
        if self.state is None or not self.is_mounted:
            return
        self._built = self._now()
        now = self._built + self.state.ahead
        rows = build(self.state, now=now, needle=self._needle.lower(), opened=self._opened)
        count, columns = len(self.list.rows), self.list.columns
        self.list.show(rows)
        if self.list.columns is not columns:
            self.titles.refresh()
        if len(rows) != count:
            self._fit()

    def on_resize(self) -> None:
        self._fit()
        self.titles.refresh()

    def _fit(self) -> None:
        """Above the main pane only as high as the rows need; beside it all the height there is."""
        beside = self.screen.has_class("-wide")
        height = None if beside else len(self.list.rows) + 1 + len(self.query(Input))
        if height != self._height:
            self._height = height
            self.styles.height = height

    def on_service_list_folded(self, message: ServiceList.Folded) -> None:
        self._opened = self._opened | {message.service} if message.opened else self._opened - {message.service}
        if not message.opened:
            self.list.cursor = f"service {message.service}"
        self.update_rows()
        self.list.refresh()

    def start_filter(self) -> None:
        """Ask for what the names must contain."""
        existing = self.query(Input)
        if existing:
            existing.first().focus()
            return
        self.mount(Input(self._needle, placeholder="part of a service's name", id="service-filter", compact=True))
        self.query_one(Input).focus()
        self._fit()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._needle = event.value
        self.update_rows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.list.focus()
        if not self._needle:
            self.end_filter()

    def end_filter(self) -> bool:
        """Show every service again; whether there was a filter."""
        had = bool(self.query(Input))
        self._needle = ""
        if had:
            self.list.focus()
            self.query(Input).remove()
            self.update_rows()
            self.call_after_refresh(self._fit)
        return had
