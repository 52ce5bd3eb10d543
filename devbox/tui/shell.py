"""Lending the terminal to a shell in a container."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from devbox.errors import DevboxError
from devbox.tui.selection import Selection
from devbox.tui.text import clean

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp


async def lend(app: DevboxApp, selection: Selection) -> None:
    """Put the screen aside, run the shell, bring the screen back; what fails is told on it."""
    problem = ""
    try:
        # The batch keeps the screen's updates to itself while the shell has the terminal.
        with app.suspend(), app.batch_update():
            sys.stdout.write(f"A shell in {clean(selection.words, lines=False)}; `exit` brings devbox back.\n")
            sys.stdout.flush()
            await app.session.shell(selection.one, selection.container)
    except SuspendNotSupported:
        problem = "This terminal cannot be lent to a shell; `devbox exec` gives one."
    except DevboxError as error:
        problem = str(error)
    if problem:
        app.notify(clean(problem), severity="error", markup=False)
    app.refresh(layout=True)
