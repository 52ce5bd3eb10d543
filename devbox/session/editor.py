"""An editor's connection to devbox: its messages in order, and whether it is still there."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from devbox.debug.codec import Decoder, encode
from devbox.debug.relayed import Message, is_own
from devbox.errors import DevboxError
from devbox.session.heard import at

_PART = 1 << 16


class Editor:
    """`run` reads until the end; `left` is set once it has hung up or asked to be disconnected."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        host, port = (*(writer.get_extra_info("peername") or ()), "", "")[:2]
        self.name = at(str(host), port)
        self.left = asyncio.Event()
        self.error = ""
        """Why what it sends was not understood."""

    async def run(self) -> None:
        """Take in what it sends. Answers to what the relay itself asked are of no interest."""
        decoder = Decoder()
        try:
            while data := await self._reader.read(_PART):
                for message in decoder.take(data):
                    if is_own(message):
                        continue
                    if message.get("command") == "disconnect":
                        self.left.set()
                    self._messages.put_nowait(message)
        except OSError:
            return
        except DevboxError as error:
            self.error = error.message
        finally:
            self.left.set()
            self._messages.put_nowait(None)

    async def next(self) -> Message | None:
        """The next message; None at the end, and ever after."""
        message = await self._messages.get()
        if message is None:
            self._messages.put_nowait(None)
        return message

    async def send(self, *messages: Message) -> None:
        """Give it the messages; one that has hung up gets nothing."""
        with suppress(OSError):
            for message in messages:
                self._writer.write(encode(message))
            await self._writer.drain()
