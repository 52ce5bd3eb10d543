"""What is asked of a process that stands: scopes, variables, values, evaluations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from devbox.debug import protocol
from devbox.debug.dialect import Dialect
from devbox.debug.model import Completion, Process, Scope, Variable
from devbox.debug.protocol import Body
from devbox.errors import DevboxError
from devbox.session.dap import Dap, Gone

_WITHIN = 15.0
_COMPUTING = ("variables", "setVariable")
_COMPUTED = 10
"""Seconds that the parts of a value may take to be computed, properties and all."""
_INTERRUPTED = 3.0
"""Seconds that an evaluation has to end after it was told to."""
_TRIES = 10
_LONGEST = 86_400.0
"""Seconds for which an evaluation that was given up is still known to hold its thread."""


class Suspended:
    """Questions to the threads that stand.

    A debug server may answer one question of a thread after the other, and read no further while it waits for an
    answer (debugpy does): while an evaluation runs, the others wait here, so that it can still be told to end.
    """

    def __init__(self, dap: Dap, dialect: Dialect, process: Callable[[], Process]) -> None:
        self._dap = dap
        self._dialect = dialect
        self._process = process
        self._evaluating: set[asyncio.Future[Body]] = set()
        self._deaf: set[asyncio.Future[Body]] = set()
        """Those of them that were told to end, and did not."""
        self._guarding: set[asyncio.Future[Body]] = set()
        self._ending: set[asyncio.Future[bool]] = set()
        self._free = asyncio.Event()
        self._free.set()
        self._answers: dict[tuple[str, int, int, int], Body] = {}
        """What was answered since the last stop"""

    def forget(self) -> None:
        """What was answered does not hold any more."""
        self._answers = {}

    async def ask(self, command: str, arguments: Mapping[str, Any]) -> Body:
        """A question to a thread, once no evaluation is under way."""
        await self._turn(_WITHIN)
        if self._dialect.guard and command in _COMPUTING:
            self._guard()
            await asyncio.sleep(0)  # it goes first
        try:
            return await self._dap.request(command, arguments, within=_WITHIN)
        except TimeoutError:
            raise DevboxError(
                f"No answer within {_WITHIN:.0f} s: a value computes itself without end.",
                hint="Disconnecting lets the process go on.",
            ) from None

    def _guard(self) -> None:
        """Have what comes next end in time; the answer is not waited for."""
        asked = {"expression": self._dialect.guard.format(seconds=_COMPUTED), "context": "hover"}
        guarding = asyncio.ensure_future(self._dap.request("evaluate", asked, within=_WITHIN + _COMPUTED))
        self._guarding.add(guarding)
        guarding.add_done_callback(self._guarded)

    def _guarded(self, guarding: asyncio.Future[Body]) -> None:
        self._guarding.discard(guarding)
        if not guarding.cancelled():
            guarding.exception()  # without it, variables are waited for without an end

    async def scopes(self, frame: int) -> tuple[Scope, ...]:
        """The groups of variables of a frame."""
        return protocol.scopes(await self._remembered("scopes", {"frameId": frame}, frame))

    async def variables(self, reference: int, start: int, count: int) -> tuple[Variable, ...]:
        """The parts of a value or a scope: all, or `count` from `start` on."""
        asked: dict[str, Any] = {"variablesReference": reference}
        if count:
            asked |= {"start": start, "count": count, "filter": "indexed"}
        found = protocol.variables(await self._remembered("variables", asked, reference, start, count))
        return found[start : start + count] if count and len(found) > count else found

    async def set_variable(self, frame: int, reference: int, variable: Variable, value: str) -> Variable:
        """Give it another value; as it is then. `reference`: of what it is a part of."""
        can = self._process().can
        if "supportsSetVariable" in can and reference:
            asked = {"variablesReference": reference, "name": variable.name, "value": value}
            said = await self.ask("setVariable", asked)
        elif "supportsSetExpression" in can and variable.expression:
            said = await self.ask(
                "setExpression", {"frameId": frame, "expression": variable.expression, "value": value}
            )
        else:
            raise DevboxError(f"This debug server cannot set {variable.name}.")
        self.forget()
        return protocol.variable(said, variable.name, "value", variable.expression)

    async def complete(self, written: str, column: int, frame: int) -> tuple[Completion, ...]:
        """What may stand at the 0-based `column` of what is `written`; nothing where the server has no completions."""
        if "supportsCompletionsRequest" not in self._process().can or not frame:
            return ()
        asked = {"frameId": frame, "text": written, "column": column + 1}
        return protocol.completions(await self.ask("completions", asked), written, column)

    async def evaluate(self, expression: str, frame: int, context: str, timeout: float) -> Variable:
        """DevboxError: what it raised, or that it was ended after `timeout` seconds. Cancelled, it is ended too."""
        asked: dict[str, Any] = {"expression": expression, "context": context}
        if frame:
            asked["frameId"] = frame
            await self._turn(timeout)
        running = asyncio.ensure_future(self._dap.request("evaluate", asked, within=timeout + _LONGEST))
        running.add_done_callback(self._ended)
        if frame:
            self._evaluating.add(running)
            self._free.clear()
        try:
            done, _ = await asyncio.wait({running}, timeout=timeout)
        except asyncio.CancelledError:
            ending = asyncio.ensure_future(self._end(running, frame))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            raise
        if not done:
            raise await self._overdue(running, frame, timeout)
        self._answers = {} if context == "repl" else self._answers
        return protocol.variable(running.result(), expression, "result", expression)

    async def greet(self) -> None:
        """Make the process ready to be asked."""
        await self._dap.request("evaluate", {"expression": self._dialect.greeting, "context": "hover"})

    async def interrupt(self) -> None:
        """End the evaluations under way."""
        for running in list(self._evaluating):
            await self._end(running, 1)

    def refuse_while_evaluating(self) -> None:
        """DevboxError while an evaluation is under way: nothing goes on before it ends."""
        if self._deaf:
            raise DevboxError(
                "What was evaluated is in a call that cannot be interrupted, and holds its thread.",
                hint="Wait for it; disconnecting lets the other threads go on.",
            )
        if self._evaluating:
            raise DevboxError("An evaluation is under way.", hint="Wait for it, or cancel it.")

    async def _turn(self, within: float) -> None:
        """Wait until no evaluation is under way."""
        try:
            async with asyncio.timeout(within):
                await self._free.wait()
        except TimeoutError:
            raise DevboxError(
                "Another evaluation is under way, or a value computes itself without end.",
                hint="Cancel the evaluation; disconnecting lets the process go on.",
            ) from None

    def _ended(self, running: asyncio.Future[Body]) -> None:
        self._evaluating.discard(running)
        self._deaf.discard(running)
        if not self._evaluating:
            self._free.set()
        if not running.cancelled():
            running.exception()  # whoever waits for it has it

    async def _overdue(self, running: asyncio.Future[Body], frame: int, timeout: float) -> DevboxError:
        ended = await self._end(running, frame)
        if isinstance(running.exception() if running.done() and not running.cancelled() else None, Gone):
            return Gone("The debugged process is gone.")
        return DevboxError(
            f"It did not end within {timeout:g} s" + (", and was interrupted." if ended else "."),
            hint="" if ended else "It still runs in the process, in a call that cannot be interrupted.",
        )

    async def _end(self, running: asyncio.Future[Body], frame: int) -> bool:
        """Tell the debuggee to end an evaluation; whether it did. One that does not still holds its thread."""
        if frame and self._dialect.interrupt:
            for _ in range(_TRIES):
                await self._interrupt()
                done, _ = await asyncio.wait({running}, timeout=_INTERRUPTED / _TRIES)
                if done:
                    return True
            self._deaf.add(running)
            return False
        running.cancel()  # the server is told, if it understands that
        return False

    async def _interrupt(self) -> None:
        """Not as "repl": debugpy lets one of those in at a time. What counts is whether the evaluation ends: it may not
        even have begun."""
        asked = {"expression": self._dialect.interrupt, "context": "hover"}
        try:
            await self._dap.request("evaluate", asked, within=_INTERRUPTED)
        except (DevboxError, TimeoutError):
            return

    async def _remembered(
        self, command: str, asked: Mapping[str, Any], id: int, start: int = 0, count: int = 0
    ) -> Body:
        key = command, id, start, count
        answers = self._answers
        if key not in answers:
            answers[key] = await self.ask(command, asked)
        return answers[key]
