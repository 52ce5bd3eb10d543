"""What an action of the debugger is."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from devbox.record import dataclass
from devbox.tui.debugger import conditions as can
from devbox.tui.debugger.scene import Scene

PREFIX = "debug_"


class Group(Enum):
    """The headings of the debugger's help."""

    RUN = "Run"
    BREAK = "Breakpoints"
    LOOK = "Look"
    SOURCE = "Source"
    PANELS = "Panels"
    SESSION = "Session"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebugAction:
    """As an Action of the main screen; what it does is the method of its id without PREFIX."""

    id: str
    keys: tuple[str, ...] = ()
    label: str
    help: str
    group: Group
    refusal: Callable[[Scene], str] = can.always
    hint: int = 0
