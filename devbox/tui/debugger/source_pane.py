"""The file in sight with its path, or what stands in its place; and the line to search it by."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from devbox.debug.model import Breakpoint, Phase, Source
from devbox.errors import DevboxError
from devbox.tui.debugger import breakpoints, placard
from devbox.tui.debugger.asks import Debugging
from devbox.tui.debugger.coloured import Coloured
from devbox.tui.debugger.scene import Scene, path_of
from devbox.tui.debugger.source_view import SourceView, label
from devbox.tui.debugger.work import begin
from devbox.tui.text import clean

_KEPT = 50
"""Texts that are shown at once when they are wanted again."""


class SourcePane(Vertical):
    """Comes to the line where the frame in front stands; between two stops the user may look elsewhere."""

    DEFAULT_CSS = """
    SourcePane { height: 1fr; width: 1fr; }
    SourcePane > #path { height: 1; width: 1fr; background: $panel; }
    SourcePane.-in-hand > #path { color: $text-primary; }
    SourcePane > #placard { height: 1fr; width: 1fr; padding: 0 2; display: none; }
    SourcePane > #find { height: 1; display: none; background: $panel; }
    SourcePane.-finding > #find { display: block; }
    SourcePane #find .sign { width: 3; padding: 0 1; color: $text-primary; text-style: bold; }
    SourcePane #find Input { width: 1fr; background: $panel; }
    SourcePane #find .note { width: auto; padding: 0 1; color: $foreground 70%; }
    """

    class Read(Message):
        """Another text is in sight."""

    def __init__(self, debugging: Debugging) -> None:
        super().__init__()
        self._debugging = debugging
        self.view = SourceView(id="source")
        self.opened: Source | None = None
        self._process = 0
        self._processes: tuple[int, ...] = ()
        self._texts: dict[str, Coloured] = {}
        self._line = 0
        """Where to go once the file in sight was read; 0: nowhere."""
        self._shown: tuple[object, ...] = ()
        self._failure = ""
        """Why the file is not shown."""

    def compose(self) -> ComposeResult:
        yield Static("", id="path", markup=False)
        yield self.view
        yield Static("", id="placard", markup=False)
        with Horizontal(id="find"):
            yield Static("/", classes="sign", markup=False)
            yield Input(compact=True, select_on_focus=True, placeholder="text in the source", id="needle")
            yield Static("", classes="note", markup=False)

    @property
    def path(self) -> str:
        return path_of(self.opened)

    def come(self) -> None:
        """Show the frame in front again, wherever the user looks now."""
        self._shown = ()

    def reread(self) -> None:
        """The file in sight may have been saved since it was read."""
        source = self.opened
        if source is not None:
            begin(self, "source", self._read, source)

    def draw(self, scene: Scene, folder: str, notes: Sequence[str], key: placard.Key) -> None:
        """Show what is so now."""
        frame, stop = scene.frame, scene.stop
        self._process = scene.focus.process
        processes = tuple(one.id for one in scene.debuggee.processes) if scene.debuggee else ()
        if processes != self._processes:  # as after a hot reload
            self._processes = processes
            self.reread()
        if frame is not None and frame.source is not None and stop is not None:
            shown = (scene.focus, stop.at, frame.id)
            if shown != self._shown:
                self._shown = shown
                self.open(frame.source, frame.line)
        elif self.opened is None and (one := likely(scene)) is not None:
            self.open(Source(there=one.path) if one.there else Source(there="", host=one.path), one.line)
        here = frame is not None and path_of(frame.source) == self.path
        text = stop.text if here and stop is not None and stop.reason == "exception" else ""
        self.view.stand(frame.line if frame and here else 0, top=scene.at == 0, note=text)
        self.view.mark(breakpoints.marks(scene.debugged, self.path))
        self._show_place(scene, folder, notes, key)

    def open(self, source: Source, line: int = 0) -> None:
        """Show that file, at once if it was shown before; what it says now is read anyway."""
        path = path_of(source)
        other = path != self.path
        self.opened, self._failure, self._line = source, "", line
        if path in self._texts:
            if other:
                self.view.show(self._texts[path])
            if line or other:
                self.view.go(line or 1)
        begin(self, "source", self._read, source)

    async def _read(self, source: Source) -> None:
        path = path_of(source)
        before = self._texts.get(path)
        try:
            text = await self._debugging.source(self._process, source)
        except (DevboxError, TimeoutError) as error:
            if before is None:
                self._failure = str(error) or "it was not sent in time"
                self.view.show(None)
        else:
            if before is None or before.text != text:
                while len(self._texts) >= _KEPT:
                    del self._texts[next(iter(self._texts))]
                self._texts[path] = Coloured(text, path)
                self.view.show(self._texts[path])
                if self._line or before is None:
                    self.view.go(self._line or 1)
            self._line = 0
        self.post_message(self.Read())

    def _show_place(self, scene: Scene, folder: str, notes: Sequence[str], key: placard.Key) -> None:
        source = self.opened
        shown = source is not None and self.path in self._texts
        page = self.query_one("#placard", Static)
        # Keys go to the focused widget: it must not be one that cannot be seen.
        if page.display is shown or self.view.display is not shown:
            self.view.display, page.display = shown, not shown
            if shown and self.screen.focused is None:
                self.call_after_refresh(self.view.focus)
        title = Content.styled(" no source", "$foreground-muted")
        if source is not None:
            title = Content.styled(f" {label(self.path, folder)}", "bold")
            if not source.host:
                title += Content.styled("  only in the container", "$text-warning")
        self.query_one("#path", Static).update(title, layout=False)
        if not shown:
            text = placard.text(scene.focus.service, scene.debuggee, notes, scene.stop, key)
            if self._failure:
                text = text + Content.styled(f"\nNo source: {clean(self._failure)}", "$text-error")
            page.update(text, layout=False)

    # Searching

    @property
    def finding(self) -> bool:
        return self.has_class("-finding")

    def find(self) -> None:
        """Ask for a text."""
        self.add_class("-finding")
        self.call_after_refresh(self.query_one("#needle", Input).focus)

    def end_find(self) -> None:
        self.remove_class("-finding")
        self.view.search("")
        self.view.focus()

    def match(self, step: int, *, here: bool = False) -> None:
        """On to the next match, or the one before."""
        at, count = self.view.find(step, here=here)
        asked = self.query_one("#needle", Input).value
        text = f"{at} of {count}" if count else "nothing found" if asked else ""
        self.query_one("#find .note", Static).update(text)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.view.search(event.value)
        self.match(1, here=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.view.focus()


def likely(scene: Scene) -> Breakpoint | None:
    """The breakpoint at which a service that was attached to will probably stop: one in a file of its own."""
    debuggee = scene.debuggee
    if debuggee is None or debuggee.phase is not Phase.ATTACHED or scene.stop is not None:
        return None
    roots = tuple(f"{pair.host.rstrip('/')}/" for pair in debuggee.pairs)
    return next((one for one in scene.debugged.breakpoints if one.path.startswith(roots)), None)
