"""How the program is left: what is said then, and what is done where no terminal is left to say it on."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from devbox.session.state import State

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp

_SECONDS = 5


def farewell(state: State) -> str:
    """What to say on leaving: the stack goes on."""
    running = [row.name for row in state.rows if any(c.state.value == "running" for c in row.containers)]
    if state.project is None or not running:
        return ""
    services = "1 service" if len(running) == 1 else f"{len(running)} services"
    return f"{state.project.name} goes on running ({services}). `devbox` shows it again, `devbox down` ends it."


def leave_without_terminal(app: DevboxApp) -> None:
    """Leave; after a while by SIGALRM, since Textual may wait for ever to write to a terminal that is gone."""
    signal.alarm(_SECONDS)
    app.exit()
