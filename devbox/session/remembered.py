"""What the debugger of a project remembers between devbox's runs."""

from __future__ import annotations

import json
from collections.abc import Callable

from devbox.debug.breakpoints import kept, recalled
from devbox.debug.model import Breakpoint
from devbox.ports import Kept

LINES = 500
"""Lines that are kept of each thing that the screen remembers."""


class Remembered:
    """Breakpoints, and lines by name; each project has its own."""

    def __init__(self, kept: Kept, project: Callable[[], str]) -> None:
        self._kept = kept
        self._project = project

    def breakpoints(self) -> tuple[tuple[Breakpoint, ...], frozenset[str] | None]:
        """Breakpoints and exception filters."""
        return recalled(self._kept.read(self._file("breakpoints")))

    def keep_breakpoints(self, among: tuple[Breakpoint, ...], filters: frozenset[str] | None) -> None:
        """In place of those before."""
        self._kept.write(self._file("breakpoints"), kept(among, filters))

    def lines(self, name: str) -> tuple[str, ...]:
        """As they were kept; none if they were not."""
        try:
            lines = json.loads(self._kept.read(self._file(name)))
        except (ValueError, RecursionError):
            return ()
        return tuple(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ()

    def keep_lines(self, name: str, lines: tuple[str, ...]) -> None:
        """The last 500 of them."""
        self._kept.write(self._file(name), json.dumps(lines[-LINES:]))

    def _file(self, name: str) -> str:
        return f"debug/{self._project()}/{name}.json"
