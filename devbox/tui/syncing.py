"""What the user asks of the rules of develop.watch: watch or pause, reload now, compare both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.errors import DevboxError
from devbox.session.syncing import STOPPED
from devbox.tui.conditions import rows

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp


def turn(app: DevboxApp) -> None:
    """Watch, or pause."""
    on = app.state.sync.phase in STOPPED
    app.session.watching.turn(on)
    app.doing.tell("Watching files." if on else "Not watching files; what is saved now is sent when it goes on.")


def reload(app: DevboxApp) -> None:
    """The selected services take up their files."""
    app.session.watching.reload(_named(app))


async def verify(app: DevboxApp) -> None:
    """Compare the selected services; the Sync tab shows what differs."""
    app.pane.show_tab("sync")
    try:
        found = await app.session.watching.verify(_named(app) if app.selection.services else ())
    except DevboxError as error:
        app.doing.tell(str(error), error=True)
        return
    count = sum(len(one.differences) for one in found)
    if not found:
        app.doing.tell("Nothing to compare: no service with rules runs.")
    elif any(not one.ok for one in found):
        app.doing.tell(f"{count} difference{'' if count == 1 else 's'}; the Sync tab names them.", error=True)
    else:
        app.doing.tell(f"No difference in {sum(one.files for one in found):,} paths.")


def _named(app: DevboxApp) -> list[str]:
    return [row.name for row in rows(app.state, app.selection)]
