"""A port of this machine at which editors reach the debugger of a service, whatever becomes of its containers."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

from devbox.debug.relayed import Message, refusal
from devbox.errors import DevboxError
from devbox.session.admitted import Admitted
from devbox.session.editor import Editor
from devbox.session.heard import Happened, Heard, at
from devbox.session.reached import Doorway

_FIRST, _COUNT = 23000, 1000
"""The ports of which each service has its own, below those that systems give out by themselves."""
_TRIES = 20


def own_port(project: str, service: str) -> int:
    """The port that the service has where nobody else holds it."""
    return _FIRST + crc32(f"{project}/{service}".encode()) % _COUNT


class Listening:
    """`port` 0: one that is always the same for this service, as long as it is free. One editor at a time is let in."""

    def __init__(
        self, project: str, service: str, host: str, port: int, doorway: Doorway, tell: Callable[[Heard], None]
    ) -> None:
        self._own = own_port(project, service)
        self._service = service
        self._host = host
        self._doorway = doorway
        self._telling = tell
        self._admitted: Admitted | None = None
        self._gone_at = float("-inf")
        self._waiting: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._admitting: asyncio.Future[None]
        self._group: asyncio.TaskGroup | None = None
        self._server: asyncio.Server | None = None
        self.port = port

    async def open(self) -> None:
        """Take the port, until `close`; DevboxError where it cannot be had. Who comes is let in once `run` runs."""
        around = (_FIRST + (self._own - _FIRST + step) % _COUNT for step in range(_TRIES))
        for port in (self.port,) if self.port else around:
            try:
                self._server = await asyncio.start_server(self._met, self._host, port)
            except OSError as error:
                if error.errno == errno.EADDRINUSE and not self.port:
                    continue
                raise _refused(at(self._host, port), error) from error
            moved = not self.port and port != self._own
            self.port = port
            text = f"its own port {self._own} is taken" if moved else ""
            self._tell(Heard(service=self._service, what=Happened.OPEN, text=text))
            return
        raise DevboxError(f"No port from {self._own} on is free.", hint="Name one: --listen HOST:PORT.")

    def close(self) -> None:
        """Give the port back, and hang up on who was not let in yet."""
        if self._server is not None:
            self._server.close()
        for _, writer in self._waiting:
            writer.close()

    async def run(self) -> None:
        """Let editors in until cancelled; then threads that stand go on."""
        async with asyncio.TaskGroup() as self._group:
            waiting, self._waiting = self._waiting, []
            for reader, writer in waiting:
                self._met(reader, writer)
            try:
                await asyncio.Event().wait()
            finally:
                self.close()  # nobody comes while those who are here are let go

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._group is None:
            self._waiting.append((reader, writer))
        else:
            task = self._group.create_task(self._serve(Editor(reader, writer)), name=f"editor of {self._service}")
            task.add_done_callback(lambda _: writer.close())

    async def _serve(self, editor: Editor) -> None:
        reading = asyncio.create_task(editor.run())
        try:
            message = await editor.next()
            if message is None:
                return
            if message.get("command") != "initialize":
                await editor.send(refusal(message, "The first request must be initialize."))
                return
            while self._admitted is not None and self._admitted.over:
                await asyncio.wait([self._admitting])  # one that was told to come back comes at once
            if self._admitted is not None:
                await self._admitted.further(editor, message)
            else:
                await self._admit(editor, message)
        finally:
            reading.cancel()

    async def _admit(self, editor: Editor, initialize: Message) -> None:
        admitted = self._admitted = Admitted(
            service=self._service,
            editor=editor,
            initialize=initialize,
            address=(self._host, self.port),
            doorway=self._doorway,
            tell=self._tell,
        )
        self._admitting = asyncio.get_running_loop().create_future()
        try:
            await admitted.run(gone_at=self._gone_at)
        finally:
            self._admitted = None
            self._admitting.set_result(None)
            if admitted.gone:
                self._gone_at = time.monotonic()

    def _tell(self, heard: Heard) -> None:
        self._telling(replace(heard, address=at(self._host, self.port)))


def _refused(address: str, error: OSError) -> DevboxError:
    hint = "--listen HOST:PORT names another, --listen alone takes one that is free."
    if error.errno == errno.EADDRINUSE:
        return DevboxError(f"{address} is taken by another program.", hint=hint)
    return DevboxError(f"{address} cannot be listened at: {_reason(error)}.", hint=hint)


def _reason(error: OSError) -> str:
    """asyncio puts words of its own around the system's; a name that means nothing has words alone."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror or error)
