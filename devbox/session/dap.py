"""One connection to a debug server: requests out, answers and events back, in the order they come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from devbox.debug.codec import Decoder, encode
from devbox.debug.protocol import Body, flag, number, part, text
from devbox.errors import DevboxError
from devbox.ports import Pipe

WITHIN = 15.0
"""Seconds within which a debug server answers what takes it no time."""
_SLICE = 100
"""Messages after which others have their turn."""


class Gone(DevboxError):
    """The connection has ended: the process did, or its container, or the debug server hung up."""


class Dap:
    """A client over a pipe. `run` reads until the end; requests are answered while it does."""

    def __init__(self, pipe: Pipe, heard: Callable[[str, Body], None]) -> None:
        """`heard` is told of each event, and of the server's own request `startDebugging`, by name and body."""
        self._pipe = pipe
        self._heard = heard
        self._sequence = 0
        self._waiting: dict[int, tuple[asyncio.Future[Body], Callable[[Body], None] | None]] = {}
        self._outgoing: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._unanswered: set[int] = set()
        """Requests that the server has not answered, also those that nobody waits for any more."""
        self._quiet = asyncio.Event()
        self._over = asyncio.Event()
        self._gone: Gone | None = None
        self.cancels = False
        """Whether the server understands `cancel`."""

    async def run(self) -> None:
        """Read until the connection ends; then every request that waits fails with Gone. DevboxError: why it broke."""
        error: DevboxError | None = None
        writing = asyncio.ensure_future(self._write())
        try:
            await self._read()
        except DevboxError as failure:
            error = failure
            raise
        finally:
            writing.cancel()
            self._end(error)
            await asyncio.wait([writing])

    async def request(
        self,
        command: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        within: float = WITHIN,
        arrived: Callable[[Body], None] | None = None,
    ) -> Body:
        """The body of the answer; DevboxError if it refuses, TimeoutError after `within` seconds, Gone at the end.

        `arrived` is called with it in the order of the stream, before any event that follows. A request that is not
        waited for any more is cancelled at the server, where that is possible.
        """
        if self._gone is not None:
            raise self._gone
        sequence = self._next()
        answer: asyncio.Future[Body] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answer, arrived
        self._unanswered.add(sequence)
        self._quiet.clear()
        self._send(sequence, "request", command=command, arguments=dict(arguments or {}))
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(answer)
        except (TimeoutError, asyncio.CancelledError) as over:
            if self.cancels:
                self._send(self._next(), "request", command="cancel", arguments={"requestId": sequence})
            if isinstance(over, TimeoutError):
                raise TimeoutError(f"no answer to `{command}` in {within:g} s") from None
            raise
        finally:
            self._waiting.pop(sequence, None)
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # nobody asks for it any more

    async def settle(self, within: float) -> None:
        """Wait until all is answered, for `within` seconds at most: debugpy's adapter breaks where it has to answer a
        client that has left."""
        if self._unanswered:
            await _for(self._quiet, within)

    async def over(self, within: float) -> None:
        """Wait until the server hangs up, likewise."""
        await _for(self._over, within)

    async def close(self) -> None:
        """Hang up; what is read ends by that."""
        await self._pipe.close()

    async def _read(self) -> None:
        decoder = Decoder()
        while data := await self._pipe.read():
            for count, message in enumerate(decoder.take(data), 1):
                self._took(message)
                if count % _SLICE == 0:
                    await asyncio.sleep(0)

    def _took(self, message: Body) -> None:
        match message.get("type"):
            case "response":
                self._answered(message)
            case "event":
                self._heard(text(message, "event"), part(message, "body"))
            case "request":
                self._asked(message)

    def _answered(self, message: Body) -> None:
        sequence = number(message, "request_seq")
        self._unanswered.discard(sequence)
        if not self._unanswered:
            self._quiet.set()
        answer, arrived = self._waiting.pop(sequence, (None, None))
        if answer is None or answer.done():
            return
        if not flag(message, "success"):
            answer.set_exception(DevboxError(refusal(message)))
            return
        body = part(message, "body")
        if arrived is not None:
            arrived(body)
        answer.set_result(body)

    def _asked(self, message: Body) -> None:
        """The server asks: children are attached to; terminals are not given."""
        command = text(message, "command")
        known = command == "startDebugging"
        if known:
            self._heard(command, part(message, "arguments"))
        self._send(self._next(), "response", request_seq=number(message, "seq"), command=command, success=known)

    def _send(self, sequence: int, kind: str, **more: Any) -> None:
        self._outgoing.put_nowait({"seq": sequence, "type": kind, **more})

    async def _write(self) -> None:
        """What is to be sent, one after the other; who does not listen is hung up on."""
        try:
            while True:
                await self._pipe.write(encode(await self._outgoing.get()))
        except DevboxError:
            await self._pipe.close()

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _end(self, error: DevboxError | None) -> None:
        said = self._pipe.said.strip().splitlines()
        because = error.message if error else said[-1][:200] if said else ""
        self._gone = Gone("The debugged process is gone" + (f": {because}" if because else "."))
        self._quiet.set()
        self._over.set()
        for answer, _ in self._waiting.values():
            if not answer.done():
                answer.set_exception(self._gone)


async def _for(event: asyncio.Event, within: float) -> None:
    try:
        async with asyncio.timeout(within):
            await event.wait()
    except TimeoutError:
        return


def refusal(message: Body) -> str:
    """Why a request was refused, in the server's words."""
    error = part(part(message, "body"), "error")
    words = text(error, "format")
    values = part(error, "variables")
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", str(value))
    return words or text(message, "message") or f"The debug server refused {text(message, 'command') or 'a request'}."
