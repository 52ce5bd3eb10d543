"""The sockets of the SDK's client: those of `dial`, as for the streams, whatever the address.

The SDK's own are no good here: over ssh they want paramiko installed even to run the program ssh, run it anew for each
call, and let it write, and ask for a password, on the screen; over TLS they trust other authorities than the docker
CLI does; and a unix socket that nobody answers is left open.
"""

from __future__ import annotations

from http.client import HTTPException
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection

from devbox.adapters.dial import Connection, Endpoint, dial

PREFIX = "http+docker://"
"""How the addresses of the SDK's calls begin, where it does not speak to a host by TCP itself."""
KEPT = 32
"""Idle connections."""


class Transport(HTTPAdapter):
    """Mounted on a client of the SDK: every request goes to `endpoint`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._pool = _Pool("localhost", maxsize=KEPT, endpoint=endpoint)
        super().__init__()

    def get_connection_with_tls_context(self, *_args: Any, **_more: Any) -> HTTPConnectionPool:
        return self._pool

    def request_url(self, request: PreparedRequest, _proxies: Any) -> str:
        return request.path_url

    def close(self) -> None:
        super().close()
        self._pool.close()


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, endpoint: Endpoint, **more: Any) -> None:
        super().__init__(*args, **more)
        self._endpoint = endpoint
        self._line: Connection | None = None

    def connect(self) -> None:
        self._line = dial(self._endpoint)
        self.sock = self._line.sock

    def getresponse(self) -> Any:
        line = self._line  # a failure closes it
        try:
            return super().getresponse()
        except (OSError, HTTPException) as error:
            if line is not None and (complaint := line.complaint()):
                raise ConnectionError(None, complaint) from error
            raise

    def close(self) -> None:
        super().close()
        if self._line is not None:
            self._line.close()
            self._line = None


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection
