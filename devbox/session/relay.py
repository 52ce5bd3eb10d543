"""An editor joined to a debug server inside a container: messages go through, changed where the container shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from devbox.debug.codec import Decoder, encode
from devbox.debug.relayed import (
    Message,
    announced,
    answer,
    as_the_service,
    child_of,
    comes_back,
    disconnect,
    greeting,
    is_own,
    mapped,
    readdressed,
    refusal,
    release,
    terminated,
)
from devbox.errors import DevboxError
from devbox.ports import Pipe
from devbox.session.editor import Editor
from devbox.session.reached import Reached

_ANSWER = 10.0
"""Seconds within which a debug server says who it is."""
_FAREWELL = 1.0
"""Seconds for a debug server to let go of its process."""
_LINGER = 5.0
"""Seconds for an editor to hang up once it knows that the process is gone."""


@dataclass(slots=True, kw_only=True)
class Joined:
    """A debug server that has answered `initialize`; `early` is what it said besides, in order."""

    pipe: Pipe
    decoder: Decoder
    response: Message
    early: list[Message]


async def join(reached: Reached, initialize: Message) -> Joined:
    """Open the door and introduce the editor; DevboxError where nobody answers."""
    pipe = await reached.open()
    decoder, early = Decoder(), []
    try:
        async with asyncio.timeout(_ANSWER):
            await pipe.write(encode(initialize))
            while data := await pipe.read():
                messages = decoder.take(data)
                for at, message in enumerate(messages):
                    if message.get("type") == "response":
                        early += messages[at + 1 :]
                        return Joined(pipe=pipe, decoder=decoder, response=message, early=early)
                    early.append(message)
        raise DevboxError(f"The debug server of {reached.name} hung up.", hint=pipe.said)
    except TimeoutError:
        await pipe.close()
        raise DevboxError(f"The debug server of {reached.name} does not answer.", hint=pipe.said) from None
    except BaseException:
        await pipe.close()
        raise


@dataclass(slots=True, kw_only=True)
class Relay:
    """One connection. `first`: it is the service's own, whose end has the editor come back, not that of a child.

    `own`: the process is attached to as such, though the editor took it for a child. `heard_of` is told of each process
    that the server announces, `attached` of the server's yes.
    """

    editor: Editor
    reached: Reached
    joined: Joined
    address: tuple[str, int]
    first: bool
    own: bool
    heard_of: Callable[[int | str], None]
    attached: Callable[[], Awaitable[None]]
    attach: dict[str, Any] = field(default_factory=dict)
    """The arguments of the editor's `attach`."""
    gone: bool = False
    """The process has ended, and not because the editor asked for it."""
    _leaving: bool = False
    _ended: bool = False
    _asked: Message | None = None
    _sources: dict[str, Message] = field(default_factory=dict)
    """Those that the editor set breakpoints in."""

    async def run(self, waiting: Sequence[Message] = ()) -> None:
        """Until either side is gone. `waiting` is what the editor has already said."""
        up = asyncio.create_task(self._up(waiting))
        down = asyncio.create_task(self._down())
        try:
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
            if up.done() and not down.done():
                await self._let_go(down)
            elif not self._leaving:
                up.cancel()
                await self._tell_the_end(_failure(down))
        except asyncio.CancelledError:
            await self._let_go(down)
            raise
        finally:
            up.cancel()
            down.cancel()
            await asyncio.wait([up, down])
            await self.joined.pipe.close()
            for task in (up, down):
                _failure(task)  # what a pipe says in the end is of no interest, a bug is

    async def _up(self, waiting: Sequence[Message]) -> None:
        for message in waiting:
            await self._pass(message)
        while (further := await self.editor.next()) is not None:
            await self._pass(further)

    async def _pass(self, message: Message) -> None:
        match message.get("command"):
            case "attach" | "launch":
                message = mapped(message, self.reached.type, self.reached.pairs)
                self._asked = message
                self.attach = _part(message, "arguments")
                if self.own:
                    message = as_the_service(message)
            case "setBreakpoints":
                source = _part(_part(message, "arguments"), "source")
                self._sources[str(source)] = source
            case "disconnect" | "terminate":
                self._leaving = True
                if not _part(message, "arguments").get("terminateDebuggee"):
                    await self._send(*release(self.reached.type, self._sources.values()))
        await self._send(message)

    async def _send(self, *messages: Message) -> None:
        with suppress(DevboxError):  # nobody listens: what is read ends too, and that is told
            for message in messages:
                await self.joined.pipe.write(encode(message))

    async def _down(self) -> None:
        for message in self.joined.early:
            await self._tell(message)
        while data := await self.joined.pipe.read():
            for message in self.joined.decoder.take(data):
                await self._tell(message)

    async def _tell(self, message: Message) -> None:
        if message.get("event") == "debugpySockets" or is_own(message):  # the container's sockets, and answers to us
            return
        if (configuration := announced(message)) is not None:
            message = readdressed(message, *self.address)
            if (number := child_of(configuration)) is not None:
                self.heard_of(number)
        elif message.get("event") == "terminated":
            self._ended = True
            if self.first and not self._leaving:
                self.gone = True
                message = comes_back(message)
        await self.editor.send(message)
        if message.get("type") == "response" and message.get("command") in ("attach", "launch"):
            self._asked = None
            if message.get("success"):
                await self._send(*greeting(self.reached.type))
                await self.attached()

    async def _let_go(self, down: asyncio.Task[None]) -> None:
        """The editor has hung up, or devbox ends; who did not say so is spoken for, so that no thread stays where it
        stands."""
        if not self._leaving and not down.done():
            await self._send(*release(self.reached.type, self._sources.values()), disconnect())
        await asyncio.wait([down], timeout=_FAREWELL)

    async def _tell_the_end(self, failure: str) -> None:
        """The process is gone: an attach that waits is refused, else the editor is told to come back."""
        self.gone = True
        if self._asked is not None:
            text = failure or f"The process of {self.reached.name} went away."
            await self.editor.send(refusal(self._asked, text))
        elif not self._ended:
            await self.editor.send(terminated(restart=self.first))
        await farewell(self.editor)


async def farewell(editor: Editor) -> None:
    """Give an editor time to hang up, granting what it asks for on its way out."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER):
            while (message := await editor.next()) is not None:
                if message.get("type") != "request":
                    continue
                if message.get("command") == "disconnect":
                    await editor.send(answer(message))
                    return
                await editor.send(refusal(message, "The process is gone."))


def _failure(task: asyncio.Task[None]) -> str:
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None and not isinstance(error, DevboxError):
        raise error
    return error.message if error else ""


def _part(message: Message, name: str) -> dict[str, Any]:
    found = message.get(name)
    return found if isinstance(found, dict) else {}
