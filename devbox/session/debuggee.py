"""One debugged process: its connection, its breakpoints, and where its threads stand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from devbox.debug import protocol, threads
from devbox.debug.dialect import Dialect
from devbox.debug.model import Breakpoint, Frame, Process
from devbox.debug.paths import Paths
from devbox.debug.protocol import Body, flag, number, part, text
from devbox.errors import DevboxError
from devbox.ports import Pipe
from devbox.session.breakpoints_set import BreakpointsSet
from devbox.session.dap import Dap
from devbox.session.suspended import Suspended

FRAMES = 20
"""Frames of a stop that are asked for at once."""
_ATTACHED = 30.0
"""Seconds that a debug server has to take hold of its process."""
_SETTLED = 0.3
"""Seconds for which a debug server has time for what it is still about, where it is left."""
_TOGETHER = 0.05
"""Seconds for which a stop waits for its calls, so that both are told at once."""
_ENDED = 3.0
"""Seconds in which the debug server of a process that has ended is left."""
_STEPS = ("next", "stepIn", "stepOut", "continue")
_CLIENT = {
    "clientID": "devbox",
    "clientName": "devbox",
    "locale": "en-US",
    "pathFormat": "path",
    "linesStartAt1": True,
    "columnsStartAt1": True,
    "supportsVariableType": True,
    "supportsVariablePaging": True,
    "supportsInvalidatedEvent": True,
}


class Debuggee:
    """A process with a debug server. `run` holds the connection; `attach` makes it debugged meanwhile."""

    def __init__(
        self,
        process: Process,
        pipe: Pipe,
        *,
        dialect: Dialect,
        paths: Paths,
        moved: Callable[[], None],
        printed: Callable[[str, str], None],
        child: Callable[[Body], None],
        now: Callable[[], float],
    ) -> None:
        """`moved` is called when `process` is another; `printed` with text and category; `child` with what attaches
        to a new process of this one."""
        self.process = process
        self.paths = paths
        self._dialect = dialect
        self._moved = moved
        self._printed = printed
        self._child = child
        self._now = now
        self._dap = Dap(pipe, self._heard)
        self._settings = BreakpointsSet(self._dap, paths)
        self._initialized = asyncio.Event()
        self._leaving = False
        self._listing = False
        self._looking: set[asyncio.Task[None]] = set()
        self.suspended = Suspended(self._dap, dialect, lambda: self.process)

    async def run(self) -> None:
        """Until the connection ends. DevboxError: why it broke."""
        try:
            await self._dap.run()
        finally:
            for task in self._looking:
                task.cancel()

    # Coming and going
    async def attach(
        self, more: Mapping[str, Any], breakpoints: Sequence[Breakpoint], chosen: frozenset[str] | None
    ) -> None:
        """Have it debugged, with these breakpoints and exception filters; it goes on only when they are set."""
        said = await self._dap.request("initialize", {**_CLIENT, "adapterID": self._dialect.adapter})
        can = protocol.capabilities(said)
        self._dap.cancels = "supportsCancelRequest" in can
        self._change(can=can, filters=protocol.filters(said))
        asked = {**self._dialect.arguments(self.paths.pairs), **more}
        attaching = asyncio.ensure_future(self._dap.request("attach", asked, within=_ATTACHED))
        try:
            await self._until_initialized(attaching)
            await self.set_breakpoints(breakpoints)
            await self.stop_at(chosen)
            if "supportsConfigurationDoneRequest" in can:
                await self._dap.request("configurationDone")
            await attaching
        finally:
            attaching.cancel()
            await asyncio.gather(attaching, return_exceptions=True)  # what ended it, ended the others too
        if self._dialect.greeting:
            self._look(self.suspended.greet())
        await self._list_threads()

    async def detach(self, within: float) -> None:
        """Let it go on, without a debugger, in `within` seconds whatever it does.

        It is hung up on after the answer: debugpy's adapter ends where it cannot give it, and nobody could come again.
        """
        self._leaving = True
        try:
            async with asyncio.timeout(within):
                with suppress(TimeoutError):  # a call into C does not hear of it
                    async with asyncio.timeout(within / 2):
                        await self.suspended.interrupt()
                if self._dialect.keeps:
                    await self._clear()
                await self._dap.settle(_SETTLED)
                await self._dap.request("disconnect", {"restart": False, "terminateDebuggee": False})
                await self._dap.over(_SETTLED)
        except (DevboxError, TimeoutError):
            pass  # hanging up says the same
        finally:
            await self._dap.close()

    async def _clear(self) -> None:
        """Leave nothing that would stop it, and nothing that stands."""
        await self.set_breakpoints(())
        if standing := next((one.id for one in self._threads if one.stop), 0):
            await self._dap.request("continue", {"threadId": standing})

    # Where it stops
    async def set_breakpoints(self, breakpoints: Sequence[Breakpoint]) -> None:
        """Have it stop at these and at no others."""
        self._change(bound=await self._settings.set(breakpoints, lambda: self.process))

    async def stop_at(self, chosen: frozenset[str] | None) -> None:
        """Have it stop at exceptions of these kinds; None: of those it stops at by itself."""
        kinds = self.process.filters
        if not kinds:
            return
        named = [one.id for one in kinds if (one.default if chosen is None else one.id in chosen)]
        await self._dap.request("setExceptionBreakpoints", {"filters": named})

    # Going on
    async def go(self, command: str, thread: int) -> None:
        """`continue`, `next`, `stepIn`, `stepOut` or `pause`."""
        self.suspended.refuse_while_evaluating()

        def went(body: Body) -> None:
            every = command == "continue" and body.get("allThreadsContinued") is not False
            self._resumed(thread, every or any(one.stop and one.stop.reason == threads.HELD for one in self._threads))

        within = 5.0
        try:
            await self._dap.request(
                command, {"threadId": thread}, within=within, arrived=went if command in _STEPS else None
            )
        except TimeoutError:
            raise DevboxError(
                f"The debug server did not answer within {within:.0f} s.",
                hint="It may be computing a value that never ends; disconnecting lets the process go on.",
            ) from None

    async def restart_frame(self, frame: int) -> None:
        """Begin the call again."""
        if "supportsRestartFrame" not in self.process.can:
            raise DevboxError("This debug server cannot begin a call again.")
        await self.suspended.ask("restartFrame", {"frameId": frame})

    async def frames(self, thread: int, start: int, levels: int = FRAMES) -> tuple[tuple[Frame, ...], int]:
        """Calls of a thread that stands, from the `start`th on, and how many more there are."""
        asked = {"threadId": thread, "startFrame": start, "levels": levels}
        body = await self.suspended.ask("stackTrace", asked)
        found = protocol.frames(body, self.paths.host)
        total = number(body, "totalFrames", start + len(found) + (len(found) == levels))
        return found, max(0, total - start - len(found))

    async def source(self, reference: int, path: str) -> str:
        """The text of a source that only the debuggee has."""
        named = {"sourceReference": reference, "path": path}
        body = await self._dap.request("source", {"source": named, "sourceReference": reference})
        return text(body, "content", 8 << 20)

    # What it tells
    def _heard(self, event: str, body: Body) -> None:
        match event:
            case "initialized":
                self._initialized.set()
            case "stopped":
                self._stopped(body)
            case "continued":
                self._resumed(number(body, "threadId"), flag(body, "allThreadsContinued"))
            case "thread":
                self._change(threads=threads.turned(self._threads, body))
                if text(body, "reason") != "exited" and self.process.threads:
                    self._list_soon()
            case "output" if text(body, "category") != "telemetry":
                self._printed(text(body, "output"), text(body, "category") or "console")
            case "breakpoint":
                self._rebound(part(body, "breakpoint"))
            case "process":
                self._named(body)
            case "capabilities":
                self._change(can=self.process.can | protocol.capabilities(part(body, "capabilities")))
            case "debugpyAttach":
                self._child({key: value for key, value in body.items() if key in ("subProcessId", "name")})
            case "terminated" if not self._leaving:
                self._look(self.detach(_ENDED))  # a debug server waits for that
            case "startDebugging":
                self._child(part(body, "configuration"))

    def _stopped(self, body: Body) -> None:
        at = self._now()
        self.suspended.forget()
        self.process = replace(self.process, threads=threads.stopped(self._threads, body, at))
        asyncio.get_running_loop().call_later(_TOGETHER, self._moved)
        if thread := number(body, "threadId"):
            self._look(self._see(thread, at))
        self._list_soon()

    async def _see(self, thread: int, at: float) -> None:
        found, more = await self.frames(thread, 0)
        self._change(threads=threads.seen(self._threads, thread, at, found, more))

    def _list_soon(self) -> None:
        """Once for all threads that began or stopped meanwhile."""
        if not self._listing:
            self._listing = True
            self._look(self._list_threads())

    async def _list_threads(self) -> None:
        await asyncio.sleep(0)
        self._listing = False
        found = protocol.threads(await self._dap.request("threads"))
        self._change(threads=threads.listed(self._threads, found))

    def _resumed(self, thread: int, every: bool) -> None:
        self.suspended.forget()
        self._change(threads=threads.continued(self._threads, thread, every))

    def _rebound(self, body: Body) -> None:
        """What it made of a breakpoint is another."""
        one = self._settings.named(number(body, "id", -1))
        if one is not None and one in self.process.bound:
            self._change(bound={**self.process.bound, one: protocol.bound(body)})

    def _named(self, body: Body) -> None:
        pid, name = number(body, "systemProcessId"), text(body, "name")
        self._change(pid=pid or self.process.pid, name=self.process.name or name.rpartition("/")[2])

    @property
    def _threads(self) -> threads.Threads:
        return self.process.threads

    def _change(self, **fields: Any) -> None:
        after = replace(self.process, **fields)
        if after != self.process:
            self.process = after
            self._moved()

    def _look(self, work: Any) -> None:
        """Ask something in the background; a process that goes meanwhile, or does not answer, has nothing to say."""

        async def quietly() -> None:
            try:
                await work
            except (DevboxError, TimeoutError):
                return

        task = asyncio.ensure_future(quietly())
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _until_initialized(self, attaching: asyncio.Future[Any]) -> None:
        """Wait for the event; some servers send it only once `attach` was answered."""
        waiting: asyncio.Future[Any] = asyncio.ensure_future(self._initialized.wait())
        try:
            async with asyncio.timeout(_ATTACHED):
                await asyncio.wait([waiting, attaching], return_when=asyncio.FIRST_COMPLETED)
                if attaching.done():
                    attaching.result()
                    await waiting
        finally:
            waiting.cancel()
