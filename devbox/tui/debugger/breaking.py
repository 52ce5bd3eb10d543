"""Breakpoints and exceptions to stop at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.debug.model import Breakpoint, ExceptionFilter
from devbox.tui.debugger import breakpoints
from devbox.tui.debugger.node import Node
from devbox.tui.debugger.scene import path_of

if TYPE_CHECKING:
    from devbox.tui.debugger.screen import DebuggerScreen


class Breaking:
    """On the line under the cursor, or the row of the breakpoints' panel."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def toggle(self, line: int) -> None:
        """A breakpoint on that line of the file in sight, or none."""
        source = self._screen.source.opened
        path = path_of(source)
        if source is None or not (source.host or source.there):
            self._screen.tell("This source has no path that a breakpoint could be kept by.", error=True)
            return
        own = breakpoints.at(self._screen.state.debugged, path, line)
        if own is not None:
            self._screen.debugging.drop(own.path, own.line)
        else:
            self._screen.debugging.toggle(path, line, not source.host)

    def do_toggle(self) -> None:
        self.toggle(self._screen.view.cursor)

    def do_edit(self) -> None:
        from devbox.tui.debugger.edit_breakpoint import edit

        screen = self._screen
        node = screen.breakpoints.outline.node if screen.panel == "breakpoints" else None
        if node is not None and isinstance(node.of, Breakpoint):
            edit(screen.app, node.of, screen.debugging)
            return
        source, line = screen.source.opened, screen.view.cursor
        if source is None or not (source.host or source.there):
            screen.tell("condition: no source is open")
            return
        known = breakpoints.at(screen.state.debugged, path_of(source), line)
        one = known or Breakpoint(path=path_of(source), line=line, there=not source.host)
        edit(screen.app, one, screen.debugging)

    def do_exceptions(self) -> None:
        screen = self._screen
        screen.choose("breakpoints", focus=True)
        found = breakpoints.filters(screen.state.debugged)
        if found:
            screen.breakpoints.outline.go(f"filter {found[0].id}")
        else:
            screen.tell("Kinds of exceptions are known once a service is attached.")

    def do_remove(self) -> None:
        screen = self._screen
        if screen.panel == "watches":
            if old := screen.watches.expression(screen.watches.outline.node):
                screen.watches.change(old, "")
            return
        node = screen.breakpoints.outline.node
        if node is not None and isinstance(node.of, Breakpoint):
            screen.debugging.drop(node.of.path, node.of.line)

    def toggled(self, node: Node) -> None:
        """Space on a breakpoint or a kind of exceptions: on or off."""
        debugging, debugged = self._screen.debugging, self._screen.state.debugged
        match node.of:
            case Breakpoint() as one:
                debugging.put(breakpoints.switched(one))
            case ExceptionFilter() as one:
                debugging.stop_at(breakpoints.turned(debugged, one))
            case _:
                return
