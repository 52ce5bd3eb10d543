"""Letting threads go on, and stopping them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from devbox.errors import DevboxError

if TYPE_CHECKING:
    from devbox.tui.debugger.screen import DebuggerScreen

_STEPS = ("debug_over", "debug_into", "debug_out")
_SOON = 1.0
"""Seconds for which a key that comes too early is kept."""


class Running:
    """Asked in the background; what fails is told."""

    def __init__(self, screen: DebuggerScreen) -> None:
        self._screen = screen
        self._went = 0.0
        """When a thread was last let go."""
        self._ahead = ""
        """The step that was typed before the last one had come to its line."""

    def _run(self, ask: Callable[[int, int], Awaitable[None]]) -> None:
        focus = self._screen.focus_on
        self._went, self._ahead = time.monotonic(), ""
        self._attempt(self._after_watches(ask(focus.process, focus.thread)))

    async def _after_watches(self, asked: Awaitable[None]) -> None:
        await self._screen.watches.rest()
        await asked

    def _attempt(self, asked: Awaitable[None]) -> None:
        self._screen.run_worker(self._try(asked), group="run")

    async def _try(self, asked: Awaitable[None]) -> None:
        try:
            await asked
        except DevboxError as error:
            self._screen.tell("\n".join(part for part in (error.message, error.hint) if part), error=True)
        except TimeoutError:
            self._screen.tell("The debuggee did not answer in time.", error=True)

    def typed_ahead(self, id: str) -> bool:
        """Whether that step is kept until the thread stands again: who holds a key down steps on."""
        if id in _STEPS and time.monotonic() - self._went < _SOON:
            self._ahead = id
            return True
        return False

    def stood(self) -> None:
        """The thread in front stands again."""
        ahead, self._ahead = self._ahead, ""
        if ahead and time.monotonic() - self._went < _SOON:
            self._screen.action_perform(ahead)

    def do_continue(self) -> None:
        self._run(self._screen.debugging.go_on)

    def do_over(self) -> None:
        self._run(self._screen.debugging.next_)

    def do_into(self) -> None:
        self._run(self._screen.debugging.step_in)

    def do_out(self) -> None:
        self._run(self._screen.debugging.step_out)

    def do_pause(self) -> None:
        focus = self._screen.focus_on
        process = self._screen.scene.process
        thread = focus.thread or (process.threads[0].id if process and process.threads else 0)
        self._attempt(self._screen.debugging.pause(focus.process, thread))
        self._screen.tell("It stops at the next line that it runs.")

    def do_restart(self) -> None:
        frame = self._screen.scene.frame
        if frame is not None:
            self._attempt(self._screen.debugging.restart_frame(self._screen.focus_on.process, frame.id))
