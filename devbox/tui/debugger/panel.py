"""A panel of the debugger's screen: a title and an outline, which asks for the parts of what is opened in it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from devbox.tui.debugger.outline import Outline


class Panel(Vertical):
    """`title` names it where all panels are shown at once."""

    DEFAULT_CSS = """
    Panel { height: 1fr; min-height: 3; }
    Panel > .title { height: 1; width: 1fr; background: $panel; color: $foreground 75%; padding: 0 1; }
    Panel.-in-hand > .title { color: $text-primary; text-style: bold; }
    """

    def __init__(self, title: str, *, empty: str = "", id: str) -> None:
        super().__init__(id=id)
        self.title = title
        self.outline = Outline(empty=empty, id=f"{id}-outline")

    def compose(self) -> ComposeResult:
        yield Static(self.title, classes="title", markup=False)
        yield self.outline
