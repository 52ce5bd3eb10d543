"""The debugger: source, variables, watches, calls, breakpoints and console of what is debugged."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from devbox.debug.model import Debugged, Source, Stop
from devbox.session.state import State
from devbox.tui.debugger import breakpoints, stack, status
from devbox.tui.debugger.action import PREFIX
from devbox.tui.debugger.actions import action
from devbox.tui.debugger.asks import Debugging
from devbox.tui.debugger.calls import Calls
from devbox.tui.debugger.console import Console
from devbox.tui.debugger.doing import Doing
from devbox.tui.debugger.notes import Notes
from devbox.tui.debugger.outline import Outline
from devbox.tui.debugger.panel import Panel
from devbox.tui.debugger.scene import Focus, Scene, follow, of_service
from devbox.tui.debugger.source_pane import SourcePane
from devbox.tui.debugger.source_view import SourceView
from devbox.tui.debugger.variables import VariablesPanel
from devbox.tui.debugger.watches import WatchesPanel
from devbox.tui.keys import Keys
from devbox.tui.panels.footer import Hints
from devbox.tui.panels.main.tab_bar import TabBar
from devbox.tui.panels.strip import Strip
from devbox.tui.text import clean

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp

PANELS = ("variables", "watches", "stack", "breakpoints", "console")


class Sessions(Strip):
    """The services that are debugged."""


class DebuggerScreen(ModalScreen[None]):
    """Kept while the project is open: what was open, watched and typed is there again. Leaving it detaches nothing."""

    CSS_PATH = "debugger.tcss"
    AUTO_FOCUS = "SourceView"
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (110, "-broad")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (22, "-high")]  # noqa: RUF012

    def __init__(self, debugging: Debugging, state: State, keys: Keys) -> None:
        super().__init__()
        self.debugging = debugging
        self.keys = keys
        self.state = state
        self.focus_on = Focus()
        self.calls = Calls(debugging, lambda text: self.tell(text, error=True))
        self.source = SourcePane(debugging)
        self.variables = VariablesPanel(debugging, id="variables")
        self.watches = WatchesPanel(debugging, self.variables.read, id="watches")
        self.stack = Panel("Stack", empty="No thread is known.", id="stack")
        self.breakpoints = Panel("Breakpoints", empty="None yet.", id="breakpoints")
        self.console = Console(debugging, id="console")
        for panel in (self.variables, self.watches, self.stack, self.breakpoints, self.console):
            panel.title = f"{keys.first(f'{PREFIX}{panel.id}')} {panel.title}".strip()
        self.doing = Doing(self)
        self._notes = Notes()
        self._debugged = Debugged()
        self._front: tuple[Focus, float, int] | None = None
        """The call that the stack's cursor was brought to."""
        for id, pressed in keys.of.items():
            # As in the app: make_bindings knows Textual's names of single characters.
            for binding in Binding.make_bindings((key, f"perform('{id}')", action(id).label) for key in pressed):
                self._bindings.bind(binding.key, binding.action, binding.description, show=False)

    def compose(self) -> ComposeResult:
        yield Sessions(id="sessions")
        with Container(id="desk"):
            with Vertical(id="left"):
                yield self.source
                panels = (self.variables, self.watches, self.stack, self.breakpoints, self.console)
                yield TabBar([(panel.id or "", panel.title) for panel in panels], id="tabs")
                yield self.console
            with Vertical(id="side"):
                yield from (self.variables, self.watches, self.stack, self.breakpoints)
        yield Static("", id="standing", markup=False)
        yield Hints(id="keys")

    def on_mount(self) -> None:
        self.choose("variables")
        self.take(self.state)
        self.draw()

    def on_screen_resume(self) -> None:
        self.source.reread()

    # State to screen

    @property
    def devbox(self) -> DevboxApp:
        return cast("DevboxApp", self.app)

    @property
    def view(self) -> SourceView:
        return self.source.view

    @property
    def folder(self) -> str:
        """The project's, which paths are told without."""
        return self.state.project.working_dir if self.state.project else ""

    @property
    def scene(self) -> Scene:
        """What actions are judged by."""
        bare = Scene(debugged=self._debugged, focus=self.focus_on)
        focus, stop = self.focus_on, bare.stop
        return Scene(
            debugged=self._debugged,
            focus=focus,
            frames=tuple(self.calls.of(focus.process, focus.thread, stop)) if stop else (),
            panel=self.panel,
            path=self.source.path,
        )

    @property
    def panel(self) -> str:
        """The panel in hand."""
        focused = self.focused
        for node in focused.ancestors_with_self if focused else ():
            if node.id in PANELS:
                return node.id
        return "source"

    def take(self, state: State) -> None:
        """State is another one."""
        self.state = state
        self.doing.took(state)
        before, self._debugged = self._debugged, state.debugged
        if before is self._debugged:
            return
        self._notes.take(self._debugged)
        focus = follow(self.focus_on, before, self._debugged)
        if not focus.service and self._debugged.services:
            focus = of_service(next(iter(self._debugged.services)), self._debugged)
        if focus != self.focus_on:
            self.focus_on = focus
            self.source.come()
        if self.is_mounted:
            self.draw()
            if self.scene.frame is not None:
                self.doing.running.stood()

    def visit(self, service: str) -> None:
        """Come to that service, whether it is debugged yet or not."""
        if service != self.focus_on.service:
            self.focus_on = of_service(service, self._debugged)
            self.source.come()
        self.take(self.devbox.state)
        if self.is_mounted:
            self.draw()

    def look(self, focus: Focus) -> None:
        """Bring another thread or frame to the front."""
        self.focus_on = focus
        self.source.come()
        stop = self.scene.stop
        if stop is not None and self.calls.lacks(focus, stop):
            self.ask_frames(focus, stop)
        self.draw()

    def draw(self) -> None:
        """Show what is so now; each part paints only what differs."""
        scene = self.scene
        focus, stop, frame = scene.focus, scene.stop, scene.frame
        at = stop.at if stop else 0.0
        self.source.draw(scene, self.folder, self._notes.of(focus.service), self.keys.first)
        self.query_one(TabBar).subject = focus.service
        self.query_one(Sessions).show(status.sessions(scene))
        self.query_one("#standing", Static).update(status.line(scene), layout=False)
        self.stack.outline.show(stack.roots(self._debugged, focus, scene.at, self.calls.of))
        if frame is not None and (focus, at, scene.at) != self._front:
            self._front = (focus, at, scene.at)
            self.stack.outline.go(f"{focus.process}/{focus.thread}/{scene.at}")
        self.breakpoints.outline.show(breakpoints.roots(self._debugged, self.folder))
        self.variables.stand(focus.process, focus.thread, frame, at)
        self.watches.stand(focus.process, frame, at)
        self.console.stand(focus.process, frame.id if frame else 0)
        self.console.printed(self._debugged.printed, len(self._debugged.services) > 1)
        self.hint()

    def hint(self) -> None:
        """The keys that make sense now."""
        self.query_one(Hints).show(status.hints(self.scene, self.keys))

    def open(self, source: Source, line: int = 0) -> None:
        """Look at another file."""
        self.source.open(source, line)
        self.draw()

    def ask_frames(self, focus: Focus, stop: Stop) -> None:
        """Ask for the calls that are not known."""
        self.run_worker(self._ask_frames(focus, stop))

    async def _ask_frames(self, focus: Focus, stop: Stop) -> None:
        if await self.calls.ask(focus, stop, lambda: self._debugged):
            self.draw()

    # Panels

    def choose(self, panel: str, *, focus: bool = False) -> None:
        """That panel is the one shown where there is room for one."""
        if panel in PANELS:
            for each in self.query(Panel):
                each.set_class(each.id == panel, "-chosen")
            self.set_class(panel == "console", "-console")
            self.query_one(TabBar).active = panel
        if focus:
            self.call_after_refresh(self._focus_panel, panel)

    def _focus_panel(self, panel: str) -> None:
        if panel == "source":
            self.view.focus()
        elif panel == "console":
            self.console.prompt.focus()
        else:
            self.query_one(f"#{panel}", Panel).outline.focus()

    def toggle_full(self) -> None:
        """The panel in hand alone, or everything."""
        self.remove_class("-of-source", "-of-console", "-of-side")
        if not self.has_class("-full"):
            panel = self.panel
            self.choose(panel)
            self.add_class(f"-of-{panel if panel in ('source', 'console') else 'side'}")
        self.toggle_class("-full")

    def on_descendant_focus(self) -> None:
        panel = self.panel
        self.source.set_class(panel == "source", "-in-hand")
        for each in self.query(Panel):
            each.set_class(each.id == panel, "-in-hand")
        self.hint()

    def on_tab_bar_chosen(self, event: TabBar.Chosen) -> None:
        event.stop()
        self.choose(event.tab, focus=True)

    def on_strip_chosen(self, event: Strip.Chosen) -> None:
        event.stop()
        if isinstance(event.strip, Sessions):
            self.look(of_service(event.target, self._debugged))
        else:
            self.action_perform(event.target)

    def on_source_pane_read(self, event: SourcePane.Read) -> None:
        event.stop()
        self.draw()

    def on_source_view_marked(self, event: SourceView.Marked) -> None:
        event.stop()
        self.doing.breaking.toggle(event.line)

    def on_console_busy(self, event: Console.Busy) -> None:
        event.stop()
        if not self.console.asked:
            self.doing.looking.refresh_values()
        self.hint()

    def on_outline_chosen(self, event: Outline.Chosen) -> None:
        event.stop()
        self.doing.looking.chosen(event.outline, event.node)

    def on_outline_toggled(self, event: Outline.Toggled) -> None:
        event.stop()
        self.doing.breaking.toggled(event.node)

    def on_outline_opened(self, event: Outline.Opened) -> None:
        event.stop()
        if isinstance(event.node.of, stack.At):
            self.doing.looking.frames_of(event.node.of)

    def action_perform(self, id: str) -> None:
        """Do the action of that id, or say why it cannot be done."""
        chosen = action(id)
        reason = chosen.refusal(self.scene)
        if reason and self.doing.running.typed_ahead(id):
            return
        if reason:
            self.tell(f"{chosen.label}: {reason}")
        else:
            self.doing.do(id)

    def tell(self, text: str, *, error: bool = False) -> None:
        """Say it in passing."""
        severity = "error" if error else "information"
        self.app.notify(clean(text), severity=severity, markup=False, timeout=6 if error else 3)  # type: ignore[arg-type]
