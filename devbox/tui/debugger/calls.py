"""The calls of threads that stand: those told with their stop, and those asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from devbox.debug.model import Debugged, Frame, Stop
from devbox.debug.threads import HELD
from devbox.errors import DevboxError
from devbox.tui.debugger.asks import Debugging
from devbox.tui.debugger.scene import Focus, threads

Key = tuple[int, int, float]
"""process, thread, time of its stop"""


class Calls:
    """`refused` is told why calls could not be had."""

    def __init__(self, debugging: Debugging, refused: Callable[[str], None]) -> None:
        self._debugging = debugging
        self._refused = refused
        self._more: dict[Key, tuple[int, tuple[Frame, ...]]] = {}
        """From which on, and which."""
        self._asking: set[Key] = set()

    def of(self, process: int, thread: int, stop: Stop) -> Sequence[Frame]:
        """The calls of a thread, as far as they are known."""
        start, more = self._more.get((process, thread, stop.at), (0, ()))
        return (*stop.frames[:start], *more) if len(stop.frames) < start + len(more) else stop.frames

    def lacks(self, focus: Focus, stop: Stop) -> bool:
        """Whether nobody tells its calls unasked: it only stands because another thread does."""
        return stop.reason == HELD and not self.of(focus.process, focus.thread, stop)

    async def ask(self, focus: Focus, stop: Stop, debugged: Callable[[], Debugged]) -> bool:
        """Ask for those that are not known; whether some came."""
        key = (focus.process, focus.thread, stop.at)
        if key in self._asking:
            return False
        self._asking.add(key)
        start = len(stop.frames)
        known = tuple(self.of(focus.process, focus.thread, stop))[start:]
        try:
            found = await self._debugging.frames(key[0], key[1], start + len(known))
        except (DevboxError, TimeoutError) as error:
            self._refused(str(error) or "The calls were not told in time.")
            return False
        finally:
            self._asking.discard(key)
        stands = {(one.id, thread.id, thread.stop.at) for _, one, thread in threads(debugged()) if thread.stop}
        self._more = {each: more for each, more in self._more.items() if each in stands}
        self._more[key] = (start, (*known, *found))
        return bool(found)
