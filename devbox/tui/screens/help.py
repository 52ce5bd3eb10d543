"""All actions with their keys, made from the registry."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from devbox.tui.action import Group
from devbox.tui.actions import ACTIONS
from devbox.tui.keys import Keys
from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.text import clean

MOVING = (
    ("j k ↑ ↓ wheel", "Move"),
    ("PgUp PgDn Ctrl-U Ctrl-D", "A page"),
    ("g G Home End", "To the ends"),
    ("l h → ←", "Show or hide a service's replicas"),
    ("Ctrl-click", "Select several with the mouse"),
)


def text(keys: Keys) -> Content:
    """The whole help; actions without a key are named as reached through the palette."""
    spans: list[tuple[str, str]] = []
    for group in Group:
        spans.append((f"\n{group.value}\n", "bold $primary"))
        for action in (action for action in ACTIONS if action.group is group):
            shown = keys.all(action.id)
            spans.append(
                (f"  {clean(shown) or keys.first('palette'):<14}", "bold" if shown else "$foreground-disabled")
            )
            spans.append((f"{action.help}", "$text"))
            spans.append((f"  {action.id}\n", "$foreground-disabled"))
    spans.append(("\nMoving\n", "bold $primary"))
    for shown, what in MOVING:
        spans += [(f"  {shown:<26}", "bold"), (f"{what}\n", "$text")]
    for problem in keys.problems:
        spans.append((f"\n▲ {clean(problem)}", "$text-warning"))
    spans.append(("\nKeys are changed in your settings by the grey names: ", "$foreground-muted"))
    spans.append(('keys: {restart: "ctrl+t", stop: "s,z"}\n', "$foreground-muted"))
    return Content.assemble(*spans)


class Help(Dialog[None]):
    """Scrolls through `text`."""

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Page("Help"):
            yield Static(text(self._keys))
