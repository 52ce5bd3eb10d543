"""The main pane: tabs about the service chosen in the list, or about the whole stack."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.reactive import reactive
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from devbox.session.state import State
from devbox.tui.panels.main.feeds import Feeds
from devbox.tui.panels.main.logs import LogsTab
from devbox.tui.panels.main.tab import Tab
from devbox.tui.panels.main.tab_bar import TabBar

_TURN = 0.03
"""Seconds after which the pane follows the cursor."""

TITLES = {
    "logs": "Logs",
    "health": "Health",
    "plan": "Plan",
    "events": "Events",
    "config": "Config",
    "stats": "Stats",
    "sync": "Sync",
}
TABS = tuple(TITLES)


class MainPane(Widget):
    """A tab is made when it is first opened, and only the open one is given State: the others cost nothing."""

    DEFAULT_CSS = """
    MainPane { layout: vertical; height: 1fr; width: 1fr; }
    MainPane > ContentSwitcher { height: 1fr; width: 1fr; }
    """
    state: reactive[State | None] = reactive(None, repaint=False)
    service: reactive[str | None] = reactive(None)

    def __init__(self, session: Feeds, key: Callable[[str], str], *, id: str | None = None) -> None:
        """`key` tells the key of an action by its id."""
        super().__init__(id=id)
        self._session = session
        self._key = key
        self._logs = LogsTab(session, id="tab-logs")
        self._tabs: dict[str, Tab] = {"logs": self._logs}
        self._active = "logs"
        self._open: Tab | None = None
        """The tab that is seen; None while it is being made."""
        self._turning: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TabBar(tuple(TITLES.items()), id="tabs")
        with ContentSwitcher(initial="tab-logs"):
            yield self._logs

    def on_mount(self) -> None:
        self._bar.active = self._active
        self._reveal(self._logs)

    @property
    def tab(self) -> str:
        """The id of the open tab."""
        return self._active

    def show_tab(self, id: str) -> None:
        """Open that tab."""
        if id == self._active:
            return
        focused = self.has_focus_within
        if self._open is not None:
            self._open.closed()
            self._open = None
        self._active = id
        self._bar.active = id
        self._bar.note = Content()
        tab = self._tabs.get(id)
        if tab is not None:
            self._reveal(tab, focused)
        else:
            self.call_next(self._enter, id, focused)

    async def _enter(self, id: str, focused: bool) -> None:
        """Make the tab and reveal it, unless another one was chosen meanwhile."""
        if id not in self._tabs:
            tab = _made(id, self._session, self._key)
            await self.query_one(ContentSwitcher).mount(tab)
            self._tabs[id] = tab
        if id == self._active and self._open is None:
            self._reveal(self._tabs[id], focused)

    def _reveal(self, tab: Tab, focused: bool = False) -> None:
        self.query_one(ContentSwitcher).current = tab.id
        self._open = tab
        self._give()
        tab.opened()
        if focused:
            self.focus()

    def next_tab(self) -> None:
        """Open the tab to the right, the first after the last."""
        self.show_tab(TABS[(TABS.index(self._active) + 1) % len(TABS)])

    def previous_tab(self) -> None:
        """Open the tab to the left, the last before the first."""
        self.show_tab(TABS[TABS.index(self._active) - 1])

    def search(self) -> None:
        """Ask for what to search in the open tab; where it has nothing to search, in the logs."""
        if self._open is None or not self._open.search():
            self.show_tab("logs")
            self._logs.search()

    def filter(self) -> None:
        """Ask for what to filter the logs by."""
        self.show_tab("logs")
        self._logs.filter()

    def next_match(self) -> None:
        """Go to the next place that was searched."""
        self._step(1)

    def previous_match(self) -> None:
        """Go to the one before."""
        self._step(-1)

    def toggle_follow(self) -> None:
        """Follow the log's end, or stand still."""
        view = self._logs.view
        view.follow(not view.following)

    def toggle_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self._logs.view.wrap = not self._logs.view.wrap

    def clear(self) -> None:
        """Show only log lines to come."""
        self._logs.view.clear()

    def copy_text(self) -> str:
        """What is marked with the mouse, else what the open tab has to offer."""
        return self.screen.get_selected_text() or (self._open.copy_text() if self._open else "")

    def focus(self, scroll_visible: bool = True) -> MainPane:
        """Give the keyboard to the open tab."""
        for widget in self._open.query("*") if self._open else ():
            if widget.focusable:
                widget.focus(scroll_visible)
                break
        return self

    def watch_state(self) -> None:
        self._give()

    def watch_service(self) -> None:
        # The list's cursor is painted first, and services that are only passed by are not read.
        if self._turning is not None:
            self._turning.stop()
        self._turning = self.set_timer(_TURN, self._give)

    def on_tab_noted(self, event: Tab.Noted) -> None:
        event.stop()
        self._bar.note = event.note

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        event.stop()
        self.show_tab(event.tab)

    @property
    def _bar(self) -> TabBar:
        return self.query_one("#tabs", TabBar)

    def _step(self, step: int) -> None:
        if self._open is self._logs:
            self._logs.view.go_to_match(step)

    def _give(self) -> None:
        if self._open is not None:
            self._open.show(self.state, self.service)
            self._bar.subject = self.service if self.service is not None else "all services"


def _made(id: str, session: Feeds, key: Callable[[str], str]) -> Tab:
    match id:
        case "health":
            from devbox.tui.panels.main.health import HealthTab

            return HealthTab(session, id="tab-health")
        case "plan":
            from devbox.tui.panels.main.plan import PlanTab

            return PlanTab(session, id="tab-plan")
        case "events":
            from devbox.tui.panels.main.events import EventsTab

            return EventsTab(id="tab-events")
        case "config":
            from devbox.tui.panels.main.config import ConfigTab

            return ConfigTab(session, id="tab-config")
        case "stats":
            from devbox.tui.panels.main.stats import StatsTab

            return StatsTab(id="tab-stats")
        case "sync":
            from devbox.tui.panels.main.sync import SyncTab

            return SyncTab(key, id="tab-sync")
        case _:
            raise KeyError(id)
