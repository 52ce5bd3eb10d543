"""The breakpoints that a debugged process has, by file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from devbox.debug import protocol
from devbox.debug.breakpoints import by_path, lacking, requested, unmapped
from devbox.debug.model import Bound, Breakpoint, Process
from devbox.debug.paths import Paths
from devbox.debug.protocol import number
from devbox.errors import DevboxError
from devbox.session.dap import Dap, Gone


class BreakpointsSet:
    """Tells the debug server what is another; one telling at a time, the last of them holds."""

    def __init__(self, dap: Dap, paths: Paths) -> None:
        self._dap = dap
        self._paths = paths
        self._setting = asyncio.Lock()
        self._set: dict[str, tuple[Breakpoint, ...]] = {}
        """path in the container -> what was set there"""
        self._ids: dict[int, Breakpoint] = {}
        """the server's number -> the breakpoint"""

    def named(self, id: int) -> Breakpoint | None:
        """The one that the server calls by that number."""
        return self._ids.get(id)

    async def set(self, breakpoints: Sequence[Breakpoint], now: Callable[[], Process]) -> dict[Breakpoint, Bound]:
        """Have the process, as it is `now`, stop at these and no others; what it makes of them.

        Files whose breakpoints are as they were are left alone."""
        async with self._setting:
            process = now()
            wanted: dict[str, list[Breakpoint]] = {}
            bound: dict[Breakpoint, Bound] = {}
            for (path, there), ones in by_path(one for one in breakpoints if one.enabled).items():
                place = path if there else self._paths.there(path)
                if place:
                    wanted.setdefault(place, []).extend(ones)
                else:
                    bound |= {one: unmapped(one) for one in ones}
            for place in [*wanted, *(old for old in self._set if old not in wanted)]:
                here = tuple(wanted.get(place, ()))
                if here == self._set.get(place, ()):
                    bound |= {one: process.bound[one] for one in here if one in process.bound}
                else:
                    bound |= await self._set_in(place, here, process.can)
            return bound

    async def _set_in(self, place: str, ones: tuple[Breakpoint, ...], can: frozenset[str]) -> dict[Breakpoint, Bound]:
        arguments = {
            "source": {"path": place, "name": place.rpartition("/")[2]},
            "breakpoints": [requested(one, can) for one in ones],
            "lines": [one.line for one in ones],
            "sourceModified": False,
        }
        try:
            said = protocol.bodies(await self._dap.request("setBreakpoints", arguments), "breakpoints")
        except Gone:
            raise
        except DevboxError as error:
            return {one: Bound(verified=False, message=error.message) for one in ones}
        self._ids = {id: one for id, one in self._ids.items() if one not in self._set.get(place, ())}
        self._set[place] = ones
        found = {}
        for one, body in zip(ones, said, strict=False):
            bound = protocol.bound(body)
            found[one] = replace(bound, message=bound.message or lacking(one, can))
            if "id" in body:
                self._ids[number(body, "id")] = one
        return found
