"""All actions with their keys, made from the registry, and the way to the guides."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
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
    """Scrolls through `text`; ? again lists the guides."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "guides", show=False)]

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Page("Help", subtitle="? guides · Esc close"):
            yield Static(text(self._keys))

    def action_guides(self) -> None:
        """Choose a guide and read it."""
        from devbox.guide import guides, title
        from devbox.tui.screens.choice import Choice, Way

        found = guides()

        def read(name: str | None) -> None:
            if name is not None:
                from devbox.tui.screens.guide import Guide

                self.app.push_screen(Guide(title(found[name]), found[name].read_text(encoding="utf-8")))

        ways = [Way(id=name, label=name, help=title(path)) for name, path in found.items()]
        self.app.push_screen(Choice("Guides", ways), read)
