"""Going to another environment: what becomes of the one we leave, and what the new one lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.errors import DevboxError
from devbox.session.commands import Switch
from devbox.tui.actions import action
from devbox.tui.screens.choice import Choice, Way

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp


def switch(app: DevboxApp, name: str) -> None:
    """Ask what is to be asked, then have the session go there."""
    state = app.state
    if name == state.environment:
        app.doing.tell(f"You are in {name} already.")
        return
    if not any(row.containers for row in state.rows):
        _secrets(app, Switch(environment=name))
        return
    try:
        clashes = app.session.in_the_way(name)
    except DevboxError as error:
        app.doing.tell(f"{name} cannot be opened:\n{error}", error=True)
        return
    ways = [
        Way(id="leave", key="l", label=f"Leave {state.environment} running", help="both run side by side"),
        Way(id="stop", key="s", label=f"Stop {state.environment} first", help="its containers go, its volumes stay"),
    ]
    text = "\n".join(f"▲ {clash}" for clash in clashes)

    def go(way: str | None) -> None:
        if way is not None:
            _secrets(app, Switch(environment=name, stop_current=way == "stop"))

    app.push_screen(Choice(f"Switch to {name}", ways, text=text), go)


def _secrets(app: DevboxApp, command: Switch) -> None:
    """Go there, once it is settled what becomes of the secrets it lacks: `up` would refuse to start without them."""
    name = command.environment
    try:
        missing = app.session.missing_secrets(name)
    except DevboxError:
        missing = ()  # the switch itself will say why it cannot be done
    if not missing:
        app.ask(action("environments"), command)
        return
    ways = [
        Way(id="make", key="m", label="Make them", help=f"as `devbox -e {name} secrets init` does"),
        Way(id="without", key="w", label="Switch without them", help="it cannot start until they are there"),
    ]
    text = "\n".join(f"✗ {file}" for file in missing)

    def go(way: str | None) -> None:
        if way is not None:
            app.ask(
                action("environments"),
                Switch(environment=name, stop_current=command.stop_current, make_secrets=way == "make"),
            )

    app.push_screen(Choice(f"{name} lacks secrets", ways, text=text), go)
