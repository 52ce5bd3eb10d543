"""One guide, to be read."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Markdown

from devbox.tui.screens.dialog import Dialog, Page


class Guide(Dialog[None]):
    """Scrolls through a guide of devbox's own; its first line, which is the title, stands in the frame."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text.partition("\n")[2].lstrip()

    def compose(self) -> ComposeResult:
        with Page(self._title):
            yield Markdown(self._text, open_links=False)
