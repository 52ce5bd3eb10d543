"""The keys that make sense now, from the registry; each can be clicked."""

from __future__ import annotations

from devbox.session.state import State
from devbox.tui.actions import ACTIONS
from devbox.tui.keys import Keys
from devbox.tui.panels.strip import Part, Strip
from devbox.tui.selection import Selection


def parts(state: State, selection: Selection, keys: Keys) -> list[Part]:
    """What to show: enabled actions by importance; the last to go are problems, help and quit."""
    found = []
    for action in sorted((a for a in ACTIONS if a.hint and keys.first(a.id)), key=lambda a: a.hint):
        if action.enabled(state, selection):
            first = action.hint in (90, 91) or action.hint < 5
            styled = ((keys.first(action.id), "bold $primary"), (f" {action.label}", "$foreground-muted"))
            found.append(
                Part(styled=styled, target=action.id, weight=0 if first else action.hint, right=action.hint >= 90)
            )
    return found


class Hints(Strip):
    """The footer."""
