"""Which folder of this machine is which of the container, and why."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from devbox.debug.model import Debugged
from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.text import clean

_NONE = (
    "no folder of this machine is known to be the same as one of the container: sources are read from the container.\n"
    "  A bind mount, a rule of develop.watch or a COPY of the Dockerfile says which is which."
)


def text(debugged: Debugged) -> Content:
    """Service by service, most specific first."""
    spans: list[tuple[str, str]] = []
    for name, debuggee in debugged.services.items():
        spans.append((f"\n{clean(name, lines=False)}\n", "bold $primary"))
        if not debuggee.pairs:
            spans.append((f"  {_NONE}\n", "$foreground-muted"))
        for pair in debuggee.pairs:
            spans.append((f"  {clean(pair.host, lines=False)}\n", "$text"))
            spans.append((f"    = {clean(pair.there, lines=False)}", "$text"))
            spans.append((f"   {clean(pair.why, lines=False)}\n", "$foreground-muted"))
    if not spans:
        spans.append(("\nNothing is debugged.", "$foreground-muted"))
    return Content.assemble(*spans)


class PathsPage(Dialog[None]):
    """Scrolls through `text`."""

    def __init__(self, debugged: Debugged) -> None:
        super().__init__()
        self._debugged = debugged

    def compose(self) -> ComposeResult:
        with Page("Which path is which"):
            yield Static(text(self._debugged))
