"""The way to the debugger's screen, and what is told of it elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from devbox.debug.model import Phase
from devbox.tui.debugger.notices import news
from devbox.tui.text import clean

if TYPE_CHECKING:
    from textual.screen import Screen

    from devbox.session.state import State
    from devbox.tui.app import DevboxApp
    from devbox.tui.debugger.screen import DebuggerScreen

_LIVE = (Phase.ATTACHING, Phase.ATTACHED, Phase.AWAY)


class Debugger:
    """Makes the screen when it is wanted first, and another one for another project."""

    def __init__(self, app: DevboxApp, remap: Mapping[str, str]) -> None:
        self._app = app
        self._remap = remap
        self._screen: DebuggerScreen | None = None
        self._project = ""
        self._unseen = ""
        """The service that stopped last while the screen was not open."""

    def open(self, service: str = "") -> None:
        """Show what stopped, else the service named or in hand: attached to if it is not."""
        app = self._app
        selection, debugged = app.selection, app.state.debugged
        stopped, self._unseen = self._unseen, ""
        container = "" if service else selection.container
        service = service or selection.one
        screen = self._made()
        if screen not in app.screen_stack:
            app.clear_notifications()  # one of them may have said that it stopped
            app.push_screen(screen)
        if stopped and debugged.stopped_in(stopped):
            screen.visit(stopped)
        elif service:
            known = debugged.services.get(service)
            screen.visit(service)
            if known is None or known.phase not in _LIVE:
                screen.doing.attaching.attach(service, container)
        elif debugged.services:
            screen.visit(screen.focus_on.service or next(iter(debugged.services)))

    def leave(self) -> bool:
        """Back to the services; whether the debugger was what one saw."""
        seen = self._screen is not None and self._app.screen is self._screen
        if seen:
            self._app.pop_screen()
        return seen

    def _made(self) -> DebuggerScreen:
        from devbox.tui.debugger.actions import ACTIONS
        from devbox.tui.debugger.screen import DebuggerScreen
        from devbox.tui.keys import assign

        app = self._app
        project = app.state.project.name if app.state.project else ""
        if self._screen is None or project != self._project:
            keys = assign(ACTIONS, self._remap)
            for problem in keys.problems if self._screen is None else ():
                app.notify(clean(problem), severity="warning", title="Keys", markup=False)
            if self._screen is not None:
                app.uninstall_screen(self._screen)
                self._screen.remove()
            self._screen, self._project = DebuggerScreen(app.session.debugging, app.state, keys), project
            app.install_screen(self._screen, f"debugger {id(self._screen)}")
        return self._screen

    def took(self, before: State, state: State) -> None:
        """State is another one: the screen shows it; where it is not open, a stop is told."""
        screen = self._screen
        if screen is not None:
            screen.take(state)
        if state.debugged is before.debugged or (screen is not None and screen in self._app.screen_stack):
            return
        for service, text in news(before.debugged, state.debugged, self._app.keys.first("debug")):
            self._unseen = service
            self._app.notify(clean(text, lines=False), severity="warning", timeout=15, markup=False)

    def entries(self, screen: Screen[object]) -> list[tuple[str, str, Callable[[], object]]]:
        """What the palette offers above that screen; nothing if it is not the debugger's."""
        if screen is not self._screen or self._screen is None:
            return []
        from devbox.tui.debugger.actions import ACTIONS

        shown, scene = self._screen, self._screen.scene
        found: list[tuple[str, str, Callable[[], object]]] = []
        for action in sorted(ACTIONS, key=lambda each: bool(each.refusal(scene))):
            reason, key = action.refusal(scene), shown.keys.all(action.id)
            words = f"{action.help}{f'  [{key}]' if key else ''}{f': {reason}' if reason else ''}"
            found.append((action.label, words, partial(shown.action_perform, action.id)))
        return found
