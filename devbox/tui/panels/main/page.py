"""A tab that shows text made anew from State."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from devbox.tui.panels.main.tab import Tab


class Scroll(VerticalScroll, can_focus=True):
    """Scrolls by the keys of a log as well."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", show=False),
        Binding("j", "scroll_down", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
        Binding("ctrl+u", "page_up", show=False),
        Binding("ctrl+d,space", "page_down", show=False),
    ]


class PageTab(Tab):
    """`page()` says what to show; it is laid out only if it differs from what is shown."""

    DEFAULT_CSS = """
    PageTab Scroll { height: 1fr; background: $surface; scrollbar-size-vertical: 1; padding: 0 1; }
    PageTab Static { height: auto; width: 1fr; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._page = Content()

    def compose(self) -> ComposeResult:
        with Scroll():
            yield Static("", markup=False)

    def page(self) -> Content:
        """What to show of `state` and `service`."""
        return Content()

    def draw(self) -> None:
        page = self.page()
        if not page.is_same(self._page):
            self._page = page
            self.query_one(Static).update(page)

    def on_resize(self, event: events.Resize) -> None:
        self.draw()

    def copy_text(self) -> str:
        return self._page.plain

    @property
    def room(self) -> int:
        """Cells of a row of the page."""
        return max(20, self.size.width - 3)
