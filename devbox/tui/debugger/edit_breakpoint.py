"""A breakpoint's condition, hit count and message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devbox.debug.model import Breakpoint
from devbox.errors import DevboxError
from devbox.tui.debugger.ask import Ask, Line
from devbox.tui.debugger.asks import Debugging

if TYPE_CHECKING:
    from textual.app import App


def edit(app: App[Any], one: Breakpoint, debugging: Debugging) -> None:
    """Ask for all three and put the breakpoint."""
    lines = [
        Line(label="Stop only if", value=one.condition, hint="an expression, such as  user.id == 7"),
        Line(label="Hits", value=one.hits, hint='"3": from the third on, "% 10": every tenth, "== 5"'),
        Line(label="Log instead of stopping", value=one.log, hint="a message with {expressions}"),
    ]

    async def accept(given: tuple[str, ...]) -> None:
        if given[2] and given[2].count("{") != given[2].count("}"):
            raise DevboxError("A { of the message is not closed.")

    def put(given: tuple[str, ...] | None) -> None:
        if given is not None:
            condition, hits, log = (value.strip() for value in given)
            debugging.put(replace(one, condition=condition, hits=hits, log=log, enabled=True))

    name = one.path.rpartition("/")[2]
    app.push_screen(Ask(f"Breakpoint at {name}:{one.line}", lines, accept), put)
