"""The HTTP server, which turns nobody away who has reached it when it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from types import FrameType

import uvicorn

from jobs.handover import ALONE, Handover
from jobs.settings import Settings

UNREAD_SECONDS = 1.0
"""How long a stopping server waits for the requests on connections that are already made."""
KEPT_SECONDS = 0.2
"""How long it answers once more on connections that were kept, saying that they are closed after that."""


class Server(uvicorn.Server):
    """uvicorn's, but whoever is connected when it stops listening is still served.

    uvicorn closes its socket with those who wait on it, and connections of which it has read no request yet. A proxy
    cannot send a POST again that may have arrived, so each of these would be a request that fails in a restart.
    """

    def __init__(self, config: uvicorn.Config, handover: Handover) -> None:
        super().__init__(config)
        self._handover = handover

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, and say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._handover.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Be told to stop. Who comes to a socket that was handed over is from now on the next process's."""
        super().handle_exit(sig, frame)
        if self._handover.listener and self.started:
            self._loop.call_soon_threadsafe(self._accept_no_more)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let in who waits, read what they ask, then go uvicorn's way."""
        self._accept_no_more()
        await asyncio.sleep(0)  # asyncio drops whom it has accepted where it closes before it has made a connection
        for listener in sockets or ():
            if listener is not self._handover.listener:
                await self._let_in(listener)
        for server in self.servers:
            server.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        began = self._loop.time()
        while self._loop.time() - began < self._patience():  # noqa: ASYNC110  # nobody tells when a request was read
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    def _accept_no_more(self) -> None:
        for server in self.servers:
            for listener in server.sockets:
                self._loop.remove_reader(listener.fileno())

    def _patience(self) -> float:
        connections = self.server_state.connections
        if any(one.cycle is None for one in connections):
            return UNREAD_SECONDS
        return KEPT_SECONDS if connections else 0.0

    async def _let_in(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            await self._loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def run(settings: Settings, handover: Handover = ALONE) -> None:
    """Serve the API until SIGTERM or SIGINT."""
    config = uvicorn.Config(
        "jobs.api:make_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,  # a request waits for PostgreSQL or Redis three times at most
    )
    listener = handover.listener or config.bind_socket()
    # What it accepts takes this over. Else, on a kept connection, an answer's body waits until its head is confirmed.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Server(config, handover).run(sockets=[listener])
