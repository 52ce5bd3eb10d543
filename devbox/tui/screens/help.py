"""All actions with their keys, made from the registry, and the way to the guides."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import ClassVar, Protocol

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from devbox.tui.action import Group
from devbox.tui.actions import ACTIONS
from devbox.tui.keys import Keyed, Keys
from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.text import clean

MOVING = (
    ("j k ↑ ↓ wheel", "Move"),
    ("PgUp PgDn Ctrl-U Ctrl-D", "A page"),
    ("g G Home End", "To the ends"),
    ("l h → ←", "Show or hide a service's replicas"),
    ("Ctrl-click", "Select several with the mouse"),
)
_NARROWEST = 20
"""Cells that a text gets beside its key, however narrow the screen is."""


class Told(Keyed, Protocol):
    """What of an action the help tells."""

    @property
    def help(self) -> str: ...
    @property
    def group(self) -> Enum: ...


def text(
    keys: Keys,
    width: int,
    actions: Sequence[Told] = ACTIONS,
    groups: type[Enum] = Group,
    moving: Sequence[tuple[str, str]] = MOVING,
) -> Content:
    """The whole help in lines of `width`; actions without a key are named as reached through the palette."""
    parts: list[Content | tuple[str, str]] = []
    for group in groups:
        parts.append((f"\n{group.value}\n", "bold $primary"))
        for action in (action for action in actions if action.group is group):
            shown = keys.all(action.id)
            style = "bold" if shown else "$foreground-disabled"
            head = Content.styled(f"  {clean(shown) or keys.first('palette'):<14}", style)
            what = Content.assemble((action.help, "$text"), (f"  {action.id}", "$foreground-disabled"))
            parts.append(_row(head, what, width))
    parts.append(("\nMoving\n", "bold $primary"))
    for shown, moves in moving:
        parts.append(_row(Content.styled(f"  {shown:<26}", "bold"), Content.styled(moves, "$text"), width))
    for problem in keys.problems:
        parts.append((f"\n▲ {clean(problem)}", "$text-warning"))
    parts.append(("\nKeys are changed in your settings by the grey names: ", "$foreground-muted"))
    parts.append(('keys: {restart: "ctrl+t", stop: "s,z"}\n', "$foreground-muted"))
    return Content.assemble(*parts)


def _row(head: Content, what: Content, width: int) -> Content:
    """`what` beside `head`, its further lines below its first."""
    indent = head.cell_length
    lines = what.wrap(max(_NARROWEST, width - indent))
    return head + Content(f"\n{' ' * indent}").join(lines) + "\n"


class _Text(Static):
    """The help, in lines as wide as it is."""

    def __init__(
        self, keys: Keys, actions: Sequence[Told], groups: type[Enum], moving: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__()
        self._keys = keys
        self._of = (actions, groups, moving)

    def on_resize(self, event: events.Resize) -> None:
        self.update(text(self._keys, event.size.width, *self._of))


class Help(Dialog[None]):
    """Scrolls through `text`; ? again lists the guides."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "guides", show=False)]

    def __init__(
        self,
        keys: Keys,
        actions: Sequence[Told] = ACTIONS,
        groups: type[Enum] = Group,
        moving: Sequence[tuple[str, str]] = MOVING,
        *,
        title: str = "Help",
    ) -> None:
        super().__init__()
        self._text = _Text(keys, actions, groups, moving)
        self._title = title

    def compose(self) -> ComposeResult:
        with Page(self._title, subtitle="? guides · Esc close"):
            yield self._text

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
