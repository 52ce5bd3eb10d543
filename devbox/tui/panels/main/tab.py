"""A tab of the main pane: it is given State only while it can be seen."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from devbox.session.state import State


class Tab(Widget):
    """`draw` shows `state` for `service` (None: the whole stack); `opened` and `closed` frame the time it is seen."""

    DEFAULT_CSS = """
    Tab { height: 1fr; width: 1fr; }
    """

    title = ""

    class Noted(Message):
        """What the tab bar should say at its right end."""

        def __init__(self, note: Content) -> None:
            super().__init__()
            self.note = note

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.state: State | None = None
        self.service: str | None = None

    def show(self, state: State | None, service: str | None) -> None:
        """Draw, if either is another one."""
        if state is not self.state or service != self.service:
            self.state, self.service = state, service
            self.draw()

    def opened(self) -> None:
        """It is seen from now on."""

    def closed(self) -> None:
        """It is not seen any more."""

    def draw(self) -> None:
        """Show what State holds now."""

    def copy_text(self) -> str:
        """What is worth copying of what it shows."""
        return ""

    def search(self) -> bool:
        """Ask for something to search; False: there is nothing to search here."""
        return False
