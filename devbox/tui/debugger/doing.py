"""What the actions of the debugger do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.session.state import State
from devbox.tui.debugger.action import PREFIX
from devbox.tui.debugger.attaching import Attaching
from devbox.tui.debugger.breaking import Breaking
from devbox.tui.debugger.finding import Finding
from devbox.tui.debugger.looking import Looking
from devbox.tui.debugger.running import Running
from devbox.tui.debugger.scene import Focus, of_service, standing

if TYPE_CHECKING:
    from devbox.tui.debugger.screen import DebuggerScreen

_ORDER = ("variables", "watches", "stack", "breakpoints", "console")


class Doing:
    """One method for each action, named by its id with `do_` in place of PREFIX: here or in one of the parts."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self.attaching = Attaching(screen)
        self.running = Running(screen)
        self.breaking = Breaking(screen)
        self.looking = Looking(screen)
        self.finding = Finding(screen)

    def do(self, id: str) -> None:
        """Do the action of that id."""
        name = id.removeprefix(PREFIX)
        if name in (*_ORDER, "source"):
            self._screen.choose(name, focus=True)
            return
        self.method(name)()

    def method(self, name: str) -> Callable[[], None]:
        """What does the action of that name (AttributeError)."""
        parts = (self, self.running, self.breaking, self.looking, self.finding)
        owner = next((part for part in parts if hasattr(part, f"do_{name}")), self)
        method: Callable[[], None] = getattr(owner, f"do_{name}")
        return method

    def took(self, state: State) -> None:
        """State is another one."""
        self.attaching.took(state)

    # Panels

    def do_panel_next(self) -> None:
        self._screen.focus_next()

    def do_panel_previous(self) -> None:
        self._screen.focus_previous()

    def do_tab_next(self) -> None:
        self._tab(1)

    def do_tab_previous(self) -> None:
        self._tab(-1)

    def _tab(self, step: int) -> None:
        from devbox.tui.panels.main.tab_bar import TabBar

        at = _ORDER.index(self._screen.query_one(TabBar).active)
        self._screen.choose(_ORDER[(at + step) % len(_ORDER)], focus=self._screen.panel != "source")

    def do_full(self) -> None:
        self._screen.toggle_full()

    # Session

    def _turn(self, step: int) -> None:
        """What stands comes first; where nothing more does, the next service."""
        screen, focus = self._screen, self._screen.focus_on
        stands = [(p.id, t.id, name) for name, p, t, _ in standing(screen.state.debugged)]
        others = [each for each in stands if each[:2] != (focus.process, focus.thread)]
        if others:
            keys = [each[:2] for each in stands]
            own = (focus.process, focus.thread)
            at = (keys.index(own) + step) % len(stands) if own in keys else 0 if step > 0 else -1
            process, thread, name = stands[at]
            screen.look(Focus(service=name, process=process, thread=thread))
            return
        names = list(screen.state.debugged.services)
        at = names.index(focus.service) if focus.service in names else 0
        screen.look(of_service(names[(at + step) % len(names)], screen.state.debugged))

    def do_next(self) -> None:
        self._turn(1)

    def do_previous(self) -> None:
        self._turn(-1)

    def do_paths(self) -> None:
        from devbox.tui.debugger.paths_page import PathsPage

        self._screen.app.push_screen(PathsPage(self._screen.state.debugged))

    def do_attach(self) -> None:
        self.attaching.attach(self._screen.focus_on.service)

    def do_recreate(self) -> None:
        self.attaching.recreate(self._screen.focus_on.service)

    def do_disconnect(self) -> None:
        self._screen.debugging.detach(self._screen.focus_on.service)
        self._screen.tell(f"{self._screen.focus_on.service} is left alone; its threads go on.")

    def do_palette(self) -> None:
        self._screen.app.action_command_palette()

    def do_help(self) -> None:
        from devbox.tui.debugger.help import show

        show(self._screen.app, self._screen.keys)

    def do_leave(self) -> None:
        """Out: an expression that is not answered, the search, a panel, full screen, then the screen itself."""
        screen = self._screen
        if screen.console.cancel():
            return
        if screen.source.finding:
            screen.source.end_find()
        elif screen.has_class("-full"):
            screen.toggle_full()
        elif screen.panel != "source" and screen.view.display:
            screen.view.focus()
        else:
            screen.app.pop_screen()
