"""What a debugged process is told, and what it is asked while it stands."""

from __future__ import annotations

from abc import ABC, abstractmethod

from devbox.debug.model import Completion, Frame, Scope, Variable
from devbox.session.debuggee import Debuggee


class Asking(ABC):
    """By the process's id in State; DevboxError where it is gone."""

    @abstractmethod
    def _of(self, process: int) -> Debuggee:
        """That process; DevboxError where it is gone."""

    # What a process is told
    async def go_on(self, process: int, thread: int) -> None:
        """Let it run to the next breakpoint."""
        await self._of(process).go("continue", thread)

    async def next_(self, process: int, thread: int) -> None:
        """To the next line, over calls."""
        await self._of(process).go("next", thread)

    async def step_in(self, process: int, thread: int) -> None:
        """To the next line, into calls."""
        await self._of(process).go("stepIn", thread)

    async def step_out(self, process: int, thread: int) -> None:
        """To where the call returns."""
        await self._of(process).go("stepOut", thread)

    async def pause(self, process: int, thread: int) -> None:
        """Stop it where it is, as soon as it runs code that a debugger sees."""
        await self._of(process).go("pause", thread)

    async def restart_frame(self, process: int, frame: int) -> None:
        """Begin the call again, where that is possible (Frame.can_restart)."""
        await self._of(process).restart_frame(frame)

    # What a process is asked
    async def frames(self, process: int, thread: int, start: int) -> tuple[Frame, ...]:
        """The calls of a thread that stands from the `start`th on, 100 at most."""
        found, _ = await self._of(process).frames(thread, start, 100)
        return found

    async def scopes(self, process: int, frame: int) -> tuple[Scope, ...]:
        """The groups of variables of a frame."""
        return await self._of(process).suspended.scopes(frame)

    async def variables(self, process: int, reference: int, start: int = 0, count: int = 0) -> tuple[Variable, ...]:
        """The parts of a value or a scope: all, or `count` from `start` on."""
        return await self._of(process).suspended.variables(reference, start, count)

    async def set_variable(self, process: int, frame: int, reference: int, variable: Variable, value: str) -> Variable:
        """Give it another value, an expression; as it is then. `reference`: of what it is a part of."""
        return await self._of(process).suspended.set_variable(frame, reference, variable, value)

    async def evaluate(
        self, process: int, expression: str, frame: int = 0, context: str = "repl", timeout: float = 30
    ) -> Variable:
        """DevboxError: what it raised, or that it took longer than `timeout` seconds. One that is cancelled or takes
        too long is ended in the process too, where that is possible."""
        return await self._of(process).suspended.evaluate(expression, frame, context, timeout)

    async def complete(self, process: int, text: str, column: int, frame: int = 0) -> tuple[Completion, ...]:
        """What may stand at the 0-based `column` of `text`."""
        return await self._of(process).suspended.complete(text, column, frame)
