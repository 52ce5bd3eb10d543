"""The HTTP server, which turns nobody away who has reached it when it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import uvicorn
from uvicorn.supervisors import ChangeReload

from jobs.settings import Settings

UNREAD_SECONDS = 1.0
"""How long a stopping server waits for the requests on connections that are already made."""


class Server(uvicorn.Server):
    """uvicorn's, but whoever is connected when it stops listening is still served.

    uvicorn closes its socket with those who wait on it, and connections of which it has read no request yet. A proxy
    cannot send a POST again that may have arrived, so each of these would be a request that fails in a restart.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let in who waits, read what they ask, then go uvicorn's way."""
        for listener in sockets or ():
            await self._let_in(listener)
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + UNREAD_SECONDS
        while loop.time() < deadline and self._has_unread():  # noqa: ASYNC110  # nobody tells when a request was read
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    def _has_unread(self) -> bool:
        return any(one.cycle is None for one in self.server_state.connections)

    async def _let_in(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                return
            connection.setblocking(False)
            await loop.connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        kind = self.config.http_protocol_class
        return kind(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def run(settings: Settings) -> None:
    """Serve the API until SIGTERM or SIGINT; in development again whenever the source changes."""
    config = uvicorn.Config(
        "jobs.api:make_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        reload=settings.reload,
        reload_dirs=[str(Path(__file__).parent)] if settings.reload else None,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,  # a request waits for PostgreSQL or Redis three times at most
    )
    server, listener = Server(config), config.bind_socket()
    # What it accepts takes this over. Else, on a kept connection, an answer's body waits until its head is confirmed.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if settings.reload:
        ChangeReload(config, target=server.run, sockets=[listener]).run()
    else:
        server.run(sockets=[listener])
