"""Getting a debugger into a service: asked for where the environment is protected, with the helper if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.plan.commands import Up
from devbox.session.state import Phase, State
from devbox.tui.actions import action
from devbox.tui.approval import approve, protected
from devbox.tui.debugger.work import begin

if TYPE_CHECKING:
    from devbox.tui.debugger.screen import DebuggerScreen


class Attaching:
    """Attaches at once where it may; after the service was recreated with the helper, by itself."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._after: dict[int, str] = {}
        """operation -> the service to attach to when it is done"""

    def attach(self, service: str, container: str = "") -> None:
        """Attach; in a protected environment the user types its name first."""
        screen = self._screen
        if not protected(screen.state):
            screen.debugging.attach(service, container)
            return
        from devbox.tui.screens.confirm import Answer, Confirm

        lines = ["While a thread stands at a breakpoint, whoever waits for the service waits."]
        answers = [Answer(id="attach", label="Attach", key="y")]
        dialog = Confirm(f"Debug {service}", lines=lines, answers=answers, typed=protected(screen.state))

        def agreed(answer: str | None) -> None:
            if answer:
                screen.debugging.attach(service, container, yes=True)

        screen.app.push_screen(dialog, agreed)

    def recreate(self, service: str) -> None:
        """Offer new containers that have the debug helper."""
        from devbox.tui.screens.choice import Choice, Way

        text = (
            "Its containers are made anew with a folder of devbox's mounted, from which their Python can let a\n"
            "debugger in when it is asked to. Command and image stay as they are, and it costs nothing until then."
        )
        ways = [
            Way(id="recreate", key="y", label="Recreate", help="and attach when it runs"),
            Way(id="stay", key="n", label="Leave it as it is"),
        ]

        def chosen(way: str | None) -> None:
            if way == "recreate":
                begin(self._screen, "recreate", self._recreate, service)

        self._screen.app.push_screen(Choice(f"Recreate {service} with the debug helper", ways, text=text), chosen)

    async def _recreate(self, service: str) -> None:
        app = self._screen.devbox
        command = Up(services=(service,), no_deps=True, debug=frozenset({service}))
        agreed = await approve(app, app.session, app.state, action("recreate"), command)
        if agreed is not None and (operation := app.session.command(agreed)):
            self._after[operation] = service

    def took(self, state: State) -> None:
        """Attach to what was recreated."""
        for operation in state.operations if self._after else ():
            if operation.id in self._after and operation.phase not in (Phase.RUNNING, Phase.PENDING):
                service = self._after.pop(operation.id)
                if operation.phase is Phase.DONE:
                    self._screen.debugging.attach(service, yes=True)
