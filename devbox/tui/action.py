"""What an action is, before there are any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from devbox.session.commands import Command
from devbox.session.state import State
from devbox.tui import conditions as can
from devbox.tui.selection import Selection


class Group(Enum):
    """The headings of the help screen."""

    SERVICE = "Services (selected, or the one under the cursor)"
    STACK = "The stack"
    PANE = "Main pane"
    LOOK = "Looking around"
    DEVBOX = "devbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """`refusal` says why it cannot be done now ("" if it can). With `command` it is asked of the session,
    without it the app has a method `do_<id>`. `hint` orders the footer (0: not shown there)."""

    id: str
    keys: tuple[str, ...] = ()
    label: str
    help: str
    group: Group
    refusal: Callable[[State, Selection], str] = can.always
    command: Callable[[State, Selection], Command] | None = None
    destructive: bool = False
    hint: int = 0

    def enabled(self, state: State, selection: Selection) -> bool:
        """Whether it can be done now."""
        return not self.refusal(state, selection)
