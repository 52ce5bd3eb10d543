"""A whole value, to read and copy."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.text import plain


class ValuePage(Dialog[None]):
    """Scrolls through it; y copies it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "copy", show=False)]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Page(self._title, subtitle="y copy · Esc close"):
            yield Static(plain(self._text))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.app.notify(f"Copied {len(self._text):,} characters.")
