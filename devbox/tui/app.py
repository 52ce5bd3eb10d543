"""The application: puts the panels together, hands them State, and turns keys into actions of the registry."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.containers import Container
from textual.css.query import NoMatches
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from devbox.compose.request import LoadRequest
from devbox.ports import Outside
from devbox.session.state import Connected, Connecting, Phase, State
from devbox.settings import Settings
from devbox.tui import themes
from devbox.tui.action import Action
from devbox.tui.actions import ACTIONS, action
from devbox.tui.collector import calm
from devbox.tui.conditions import engine
from devbox.tui.debugger.opening import Debugger
from devbox.tui.doing import Doing
from devbox.tui.keys import assign, of_debugger
from devbox.tui.leaving import farewell, leave_without_terminal
from devbox.tui.panels.banner import Banner, BannerKeys
from devbox.tui.panels.environments import EnvironmentStrip
from devbox.tui.panels.footer import Hints, parts
from devbox.tui.panels.main.pane import MainPane
from devbox.tui.panels.operations import OperationsPanel
from devbox.tui.panels.rows import Row
from devbox.tui.panels.service_list import ServiceList
from devbox.tui.panels.services import ServicesPanel
from devbox.tui.panels.strip import Strip
from devbox.tui.selection import Selection
from devbox.tui.text import clean

if TYPE_CHECKING:
    from devbox.session.commands import Command
    from devbox.session.session import Session


_TWICE = 2.0
"""Seconds within which a second Ctrl-C belongs to the first."""
_TURN = 0.001
"""Seconds after which a thread gives way to another that waits: those that read logs are busy, keys are few."""


def _everything() -> type[Provider]:
    from devbox.tui.palette import Everything

    return Everything


class DevboxApp(App[None], inherit_bindings=False):
    """Draws `session.store.state`; asks things only of `session`."""

    CSS_PATH = "devbox.tcss"
    TITLE = "devbox"
    AUTO_FOCUS = "ServiceList"
    COMMANDS = {_everything}  # noqa: RUF012 (Textual's own shape)
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-stacked"), (150, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (10, "-tall")]  # noqa: RUF012

    state: reactive[State] = reactive(State(), repaint=False, init=False)

    def __init__(
        self, session: Session, settings: Settings, now: Callable[[], float], first: str = "", debug: str = ""
    ) -> None:
        """`first` is an action to do as soon as the engine answers ("" : none), `debug` a service to debug then."""
        super().__init__()
        self._first, self._debug = first, debug
        self._asked: tuple[str, Selection] | None = None
        """What was asked for before the engine had answered, and what was in hand."""
        self.session = session
        self.now = now
        self.keys = assign(ACTIONS, of_debugger(settings.keys, False))
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        self.theme = themes.chosen(settings.theme, self.available_themes)
        self.doing = Doing(self)
        self.debugger = Debugger(self, of_debugger(settings.keys, True))
        self._interrupted = False
        self._went_back = 0.0
        """When Ctrl-C last led out of the debugger."""
        self._unsubscribe: Callable[[], None] = lambda: None  # one who leaves at once unmounts what was never mounted
        self._told = max((notice.id for notice in session.store.state.notices), default=0)
        self._failed = {operation.id for operation in session.store.state.operations if operation.ended}
        for id, keys in self.keys.of.items():
            # make_bindings knows Textual's names of single characters ("!" is exclamation_mark).
            for binding in Binding.make_bindings((key, f"run('{id}')", action(id).label) for key in keys):
                self.bind(binding.key, binding.action, description=binding.description, show=False)

    def get_default_screen(self) -> Screen[object]:
        # With the classes of its size from the start: Textual would style and lay out everything without them first.
        breakpoints = ((self.HORIZONTAL_BREAKPOINTS, self.size.width), (self.VERTICAL_BREAKPOINTS, self.size.height))
        classes = [max(one for one in table if one[0] <= size)[1] for table, size in breakpoints]
        return Screen(id="_default", classes=" ".join(classes))

    def compose(self) -> ComposeResult:
        first = self.keys.first
        state = DevboxApp.state
        yield EnvironmentStrip(id="environments").data_bind(state)
        yield Banner(self.now, BannerKeys.of(first), id="banner").data_bind(state)
        with Container(id="body"):
            yield ServicesPanel(self.now, id="services").data_bind(state)
            yield MainPane(self.session, first, id="main").data_bind(state)
        yield OperationsPanel(self.now, cancel=first("cancel"), progress=first("progress"), id="operations").data_bind(
            state
        )
        yield Hints(id="hints")
        yield Static("Too small for devbox.\nMake the terminal larger, or leave with q.", id="too-small", markup=False)

    def on_mount(self) -> None:
        self._unsubscribe = self.session.store.subscribe(self._take)
        self._take()
        self.call_after_refresh(calm)
        for problem in self.keys.problems:
            self.notify(clean(problem), severity="warning", title="Keys", markup=False)

    def on_unmount(self) -> None:
        self._unsubscribe()

    # State to screen

    def _take(self, *_: object) -> None:
        if self.is_running:  # the widgets go before the subscription ends
            self.state = self.session.store.state

    def watch_state(self, before: State, state: State) -> None:
        self.update_hints()
        if self._first and isinstance(state.connection, Connected) and state.project is not None:
            first, self._first = self._first, ""
            self.perform(first)
        if self._debug and any(not row.unseen for row in state.rows):
            service, self._debug = self._debug, ""
            self.debugger.open(service)
        if self._asked and not isinstance(state.connection, Connecting):
            asked, self._asked = self._asked, None
            self.perform(*asked)
        if state.rows is not before.rows:
            self.session.watch_usage(frozenset(row.name for row in state.rows if row.containers))
        if state.notices is not before.notices:
            self._tell_notices(state)
        if state.operations is not before.operations:
            self._tell_failures(state)
        self.debugger.took(before, state)

    def _tell_notices(self, state: State) -> None:
        for notice in state.notices:
            if notice.id > self._told:
                self._told = notice.id
                severity = notice.severity if notice.severity in ("warning", "error") else "information"
                self.notify(clean(notice.text), severity=severity, markup=False)  # type: ignore[arg-type]

    def _tell_failures(self, state: State) -> None:
        for operation in state.operations:
            if operation.phase is Phase.FAILED and operation.id not in self._failed:
                self._failed.add(operation.id)
                text = clean("\n".join(part for part in (operation.error, operation.hint) if part))
                title = clean(f"{operation.title} failed", lines=False)
                self.notify(text, title=title, severity="error", timeout=10, markup=False)

    def update_hints(self) -> None:
        """Show the keys that make sense now."""
        if self.is_running:
            self.query_one(Hints).show(parts(self.state, self.selection, self.keys))

    @property
    def is_too_small(self) -> bool:
        """Whether the terminal has no room for anything but a sentence that says so."""
        main = self.screen_stack[0]
        return main.has_class("-tiny") or main.has_class("-short")

    @property
    def list(self) -> ServiceList:
        return self.query_one(ServiceList)

    @property
    def pane(self) -> MainPane:
        return self.query_one(MainPane)

    @property
    def selection(self) -> Selection:
        """What the user has in hand."""
        main = self.screen_stack[0]
        found = main.query_one(ServiceList).selection
        focused = main.focused
        in_pane = focused is not None and main.query_one(MainPane) in focused.ancestors_with_self
        return Selection(services=found.services, container=found.container, in_list=not in_pane)

    def on_service_list_moved(self, message: ServiceList.Moved) -> None:
        row: Row = message.row
        self.pane.service = row.service or None
        self.update_hints()

    def on_service_list_activated(self) -> None:
        self.perform("open")

    def on_descendant_focus(self) -> None:
        self.update_hints()

    def on_strip_chosen(self, message: Strip.Chosen) -> None:
        if isinstance(message.strip, EnvironmentStrip):
            self.doing.switch(message.target)
        else:
            self.perform(message.target)

    # Keys to actions

    def action_run(self, id: str) -> None:
        self.perform(id)

    def perform(self, id: str, selection: Selection | None = None) -> None:
        """Do the action of that id with `selection` (None: what is in hand), or say why it cannot be done.
        Before the engine has answered, the last one that needs it waits for its answer."""
        if self.is_too_small and id != "leave":  # nobody sees what would be done to what
            return
        chosen = action(id)
        state, selection = self.state, selection or self.selection
        if reason := chosen.refusal(state, selection):
            if isinstance(state.connection, Connecting) and reason == engine(state):
                self._asked = id, selection
                reason = f"{chosen.label}: as soon as the engine answers"
            self.notify(clean(reason, lines=False), markup=False, timeout=3)
        elif chosen.command is not None:
            self.ask(chosen, chosen.command(state, selection))
        else:
            self.doing.do(chosen.id)

    def ask(self, chosen: Action, command: Command) -> None:
        """Ask the session for it, after the user has agreed where that is needed."""
        self.run_worker(self.doing.ask(chosen, command), name=f"ask {chosen.id}")

    def _handle_exception(self, error: Exception) -> None:
        # Once Textual leaves it mounts nothing more, so that widgets on their way find themselves without children.
        if not (self._exit and isinstance(error, NoMatches)):
            super()._handle_exception(error)

    def action_interrupt(self) -> None:
        """Ctrl-C: leave; the second one at once, whatever stands in the way."""
        at = self.now()
        again = self._interrupted or at - self._went_back < _TWICE
        if not again and self.debugger.leave():
            self._went_back = at
        elif again or len(self.screen_stack) > 1:
            self.exit()
        else:
            self._interrupted = True
            self.perform("leave")


def run(outside: Outside, request: LoadRequest, environment: str, *, up: bool = False, debug: str = "") -> int:
    """Open the session and the screen, `up`: and bring the stack up, `debug`: and the debugger of that service; the
    exit code once the user has left."""
    return asyncio.run(_run(outside, request, environment, "up" if up else "", debug))


async def _run(outside: Outside, request: LoadRequest, environment: str, first: str, debug: str) -> int:
    from devbox.session.session import Session

    sys.setswitchinterval(_TURN)
    # Outside run_async: Textual cancels its workers without awaiting what they clean up.
    async with Session.open(outside, request, environment) as session:
        app = DevboxApp(session, outside.settings, outside.now, first, debug)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, app.exit)
        loop.add_signal_handler(signal.SIGHUP, leave_without_terminal, app)
        # Until the terminal is Textual's Ctrl-C is a signal; once the screen is gone it breaks off what still ends.
        breaking_off = signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, app.exit)
        try:
            await asyncio.sleep(0)  # one that came before is heard here, not amid the making of the screen
            await app.run_async()
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, breaking_off)
        said = farewell(session.store.state)
    if said and not app.return_code:
        print(clean(said))  # noqa: T201 (the screen is gone)
    return app.return_code or 0
