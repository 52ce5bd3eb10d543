"""The debugger's keys, made from its registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devbox.tui.debugger.action import Group
from devbox.tui.debugger.actions import ACTIONS
from devbox.tui.keys import Keys

if TYPE_CHECKING:
    from textual.app import App

MOVING = (
    ("j k ↑ ↓ wheel", "Move"),
    ("PgUp PgDn Ctrl-U Ctrl-D", "A page"),
    ("g G Home End", "To the ends"),
    ("l h → ←", "Open or close a value, a thread; in the source: sideways"),
    ("Enter", "Go there: a call, a thread, a breakpoint; read a value"),
    ("Space", "Open or close; a breakpoint or exception on or off"),
)


def show(app: App[Any], keys: Keys) -> None:
    """Over the debugger."""
    from devbox.tui.screens.help import Help

    app.push_screen(Help(keys, ACTIONS, Group, MOVING, title="Help: debugger"))
