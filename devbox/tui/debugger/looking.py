"""Calls, values, watches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.debug.model import Breakpoint, ExceptionFilter, Source
from devbox.tui.debugger import stack
from devbox.tui.debugger.node import Node
from devbox.tui.debugger.outline import Outline
from devbox.tui.debugger.scene import threads
from devbox.tui.debugger.values import Held

if TYPE_CHECKING:
    from devbox.tui.debugger.screen import DebuggerScreen


class Looking:
    """What is looked at, changed and copied."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def chosen(self, outline: Outline, node: Node) -> None:
        """Enter or a click on a row."""
        screen = self._screen
        match node.of:
            case stack.At(more=True) as at:
                self.frames_of(at)
            case stack.At(focus=focus):
                if not focus.thread:
                    outline.turn(node)
                    return
                screen.look(focus)
            case Breakpoint() as one:
                source = Source(there=one.path) if one.there else Source(there="", host=one.path)
                screen.open(source, one.line)
            case ExceptionFilter():
                screen.doing.breaking.toggled(node)
            case _ if node.children != ():
                outline.turn(node)
            case Held():
                self.do_view()

    def frames_of(self, at: stack.At) -> None:
        """Ask for the calls of a thread that are not known."""
        for _, process, thread in threads(self._screen.state.debugged):
            if (process.id, thread.id) == (at.focus.process, at.focus.thread) and thread.stop:
                self._screen.ask_frames(at.focus, thread.stop)

    def _to_frame(self, step: int) -> None:
        screen = self._screen
        frames, at = screen.scene.frames, screen.scene.at
        ahead = range(at + step, len(frames) if step > 0 else -1, step)
        # Calls of libraries are passed over where the user's own code is behind them.
        found = next((n for n in ahead if not frames[n].subtle), None)
        found = found if found is not None else next(iter(ahead), None)
        if found is None:
            screen.tell("That is the oldest call." if step > 0 else "That is the newest call.")
        else:
            screen.look(replace(screen.focus_on, frame=found))

    def do_older(self) -> None:
        self._to_frame(1)

    def do_newer(self) -> None:
        self._to_frame(-1)

    def do_here(self) -> None:
        self._screen.look(self._screen.focus_on)
        self._screen.choose("source", focus=True)

    def do_evaluate(self) -> None:
        self._screen.choose("console", focus=True)

    def refresh_values(self) -> None:
        """A statement may have changed what is shown."""
        self._screen.watches.again()
        self._screen.variables.again()

    def do_watch(self) -> None:
        from devbox.tui.debugger.ask import Ask, Line

        screen = self._screen
        node = screen.variables.outline.node if screen.panel == "variables" else None
        if node is not None and isinstance(node.of, Held) and (node.of.variable.expression or node.of.variable.name):
            screen.watches.add(node.of.variable.expression or node.of.variable.name)
            return
        lines = [Line(hint="an expression, evaluated at every stop")]
        screen.app.push_screen(Ask("Watch", lines), lambda given: screen.watches.add(given[0]) if given else None)

    def do_set(self) -> None:
        from devbox.tui.debugger.ask import Ask, Line

        screen = self._screen
        panel = screen.watches if screen.panel == "watches" else screen.variables
        node = panel.outline.node
        if old := screen.watches.expression(node) if screen.panel == "watches" else "":
            lines = [Line(value=old)]
            title = "Change the watch (empty drops it)"
            screen.app.push_screen(
                Ask(title, lines), lambda given: screen.watches.change(old, given[0]) if given else None
            )
            return
        held = node.of if node else None
        if node is None or not isinstance(held, Held) or not held.parent or not held.variable.settable or held.count:
            screen.tell("This cannot be set.")
            return

        async def accept(given: tuple[str, ...]) -> None:
            changed = await screen.debugging.set_variable(
                held.process, held.frame, held.parent, held.variable, given[0]
            )
            panel.values.put(node, changed)
            panel.draw()
            screen.watches.again()

        lines = [Line(value=held.variable.value, hint="an expression")]
        screen.app.push_screen(Ask(f"{held.variable.name} =", lines, accept))

    def _node(self) -> Node | None:
        screen = self._screen
        outlines = {
            "variables": screen.variables.outline,
            "watches": screen.watches.outline,
            "stack": screen.stack.outline,
            "breakpoints": screen.breakpoints.outline,
            "console": screen.console.outline,
        }
        return outlines[screen.panel].node if screen.panel in outlines else None

    def _text(self) -> str:
        """What is in hand, whole."""
        node = self._node()
        if node is None:
            return self._screen.view.line if self._screen.panel == "source" else ""
        return node.of.variable.value if isinstance(node.of, Held) and node.of.variable.value else node.text

    def do_view(self) -> None:
        from devbox.tui.debugger.value_page import ValuePage

        if text := self._text():
            node = self._node()
            name = node.of.variable.name if node and isinstance(node.of, Held) else ""
            self._screen.app.push_screen(ValuePage(name or "Value", text))

    def do_copy(self) -> None:
        text = self._text().strip()
        if not text:
            self._screen.tell("There is nothing to copy here.")
            return
        self._screen.app.copy_to_clipboard(text)
        self._screen.tell(f"Copied {text if len(text) < 60 else f'{len(text):,} characters'}.")
