"""The row above the main pane: its tabs, what they are about, and a note of the open one."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from devbox.tui.text import shorten_name


class TabBar(Widget):
    """One row; a click on a tab chooses it."""

    DEFAULT_CSS = """
    TabBar { height: 1; width: 1fr; background: $panel; color: $foreground 75%; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, tab: str) -> None:
            super().__init__()
            self.tab = tab

    active: reactive[str] = reactive("")
    subject: reactive[str] = reactive("")
    note: reactive[Content] = reactive(Content())

    def __init__(self, tabs: Sequence[tuple[str, str]], *, id: str | None = None) -> None:
        """`tabs`: (id, title)."""
        super().__init__(id=id)
        self._tabs = tuple(tabs)

    def render(self) -> Content:
        width = self.size.width
        tabs = Content("").join(self._label(tab, title) for tab, title in self._tabs)
        # What does not fit goes: first the subject, then the end of the note.
        room = width - tabs.cell_length
        subject = Content.styled(f" {shorten_name(self.subject, 24)} ", "bold $text-primary") + Content.styled(
            "│", "$foreground 30%"
        )
        if room < subject.cell_length + min(self.note.cell_length, 24) + 1:
            subject = Content()
        room -= subject.cell_length
        note = self.note.truncate(max(0, room - 2), ellipsis=True)
        gap = max(0, room - note.cell_length - 1)
        return Content.assemble(subject, tabs, " " * gap, note)

    def on_click(self, event: events.Click) -> None:
        text = self.render().plain
        for tab, title in self._tabs:
            start = text.find(f" {title} ")
            if start <= event.x < start + len(title) + 2:
                self.post_message(self.Chosen(tab))
                return

    def _label(self, tab: str, title: str) -> Content:
        return Content.styled(f" {title} ", "bold underline $background on $primary" if tab == self.active else "")
