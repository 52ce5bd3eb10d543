"""Files, lines and text."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from devbox.debug.model import Source
from devbox.errors import DevboxError
from devbox.tui.debugger.scene import path_of, standing
from devbox.tui.debugger.work import begin

if TYPE_CHECKING:
    from devbox.tui.debugger.screen import DebuggerScreen


class Finding:
    """In the source."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen

    def do_open(self) -> None:
        begin(self._screen, "find", self._find)

    async def _find(self) -> None:
        from devbox.tui.debugger.files import below, roots
        from devbox.tui.debugger.finder import Finder

        screen = self._screen
        debugged = screen.state.debugged
        debuggee = debugged.services.get(screen.focus_on.service)
        hosts = [pair.host for pair in debuggee.pairs] if debuggee else []
        paths = await asyncio.to_thread(below, roots(hosts, screen.folder))
        found = {path: Source(there="", host=path) for path in paths}
        for _, _, _, stop in standing(debugged):
            for frame in stop.frames:
                if frame.source is not None:
                    found.setdefault(path_of(frame.source), frame.source)
        for one in debugged.breakpoints:
            found.setdefault(one.path, Source(there=one.path) if one.there else Source(there="", host=one.path))
        if not found:
            screen.tell("No file is known yet: attach first.")
            return
        screen.app.push_screen(Finder(tuple(found.values()), screen.folder), self._opened)

    def _opened(self, source: Source | None) -> None:
        if source is not None:
            self._screen.open(source)
            self._screen.choose("source", focus=True)

    def do_search(self) -> None:
        self._screen.source.find()

    def do_match_next(self) -> None:
        self._screen.source.match(1)

    def do_match_previous(self) -> None:
        self._screen.source.match(-1)

    def do_line(self) -> None:
        from devbox.tui.debugger.ask import Ask, Line

        view = self._screen.view

        async def accept(given: tuple[str, ...]) -> None:
            if not given[0].strip().isdecimal():
                raise DevboxError(f"{given[0]!r} is not the number of a line.")

        def go(given: tuple[str, ...] | None) -> None:
            if given:
                view.go(int(given[0]))

        self._screen.app.push_screen(Ask(f"Go to line (1 to {view.count})", [Line()], accept), go)
