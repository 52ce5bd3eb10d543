"""A box above the main screen: Esc closes it with None; and one that scrolls through text."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from devbox.tui.text import plain

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """Closes with Esc, or by a click beside it."""

    AUTO_FOCUS = "*"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "close", show=False)]

    _answered = False

    def answer(self, answer: Answer | None) -> None:
        """Close with this answer; what is typed ahead after it counts no more."""
        if not self._answered and self.is_current:
            self._answered = True
            self.dismiss(answer)

    def action_close(self) -> None:
        self.answer(None)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.answer(None)


class Page(VerticalScroll):
    """Text to scroll through with the keys of the main screen; q closes it too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
        Binding("ctrl+d,space", "page_down", show=False),
        Binding("ctrl+u", "page_up", show=False),
        Binding("q", "screen.close", show=False),
    ]

    def __init__(self, title: str, *, subtitle: str = "Esc close") -> None:
        super().__init__(classes="page")
        self.border_title = plain(title, lines=False)
        self.border_subtitle = subtitle
