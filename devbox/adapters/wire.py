"""The engine's answers, each on a socket of its own that any thread can close.

Those without an end of their own are not read over the SDK: what it reads cannot be ended while a read blocks; it reads
the output of a terminal byte by byte, takes half as long again for all other output and drops whether that was stdout;
and of an exec it loses, at times, what comes in one piece with the head of the answer.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

from devbox.adapters import translate
from devbox.adapters.dial import Connection, Endpoint, dial
from devbox.adapters.exchange import Exchange, head
from devbox.adapters.failures import Garbled, lost, root
from devbox.errors import EngineLost

HEAD_TIMEOUT = 60.0
"""Seconds an engine may take until its answer begins."""

_ARCHIVE = ("Content-Type: application/x-tar", "Transfer-Encoding: chunked", "Connection: close")
Query = Mapping[str, str | int | bool | Mapping[str, list[str]]]


class Wire:
    """Streams of one engine, opened from any thread, in `version` of its API ("": not agreed on yet)."""

    def __init__(self, endpoint: Endpoint, version: str = "", connect: Callable[[Endpoint], Connection] = dial) -> None:
        self.version = version
        self._endpoint = endpoint
        self._connect = connect
        self._lock = threading.Lock()
        self._streams: set[Exchange] = set()
        self._closed = False

    def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        upgrade: bool = False,
        patience: float | None = HEAD_TIMEOUT,
    ) -> Exchange:
        """A request whose answer is read bit by bit, without limit of time; EngineLost, or the refusal as EngineError.

        By HTTP/1.0, so that the engine does not chunk it; `upgrade` asks for the raw two-way stream of attach and exec.
        `patience`: seconds until the answer begins.
        """
        message = self._message("1.1" if upgrade else "1.0", method, path, query, body, upgrade=upgrade)
        try:
            connection = self._connect(self._endpoint)
        except OSError as error:
            raise self.lost(error) from root(error)
        try:
            connection.sock.settimeout(patience)
            connection.sock.sendall(message)
            status, found, rest = head(connection.sock)
            exchange = Exchange(connection, found, rest, self._forget)
            if status >= 400:
                raise translate.refusal(status, exchange.read_all())
            connection.sock.settimeout(None)
        except (OSError, Garbled) as error:
            failure = self.lost(error, connection)
            connection.close()
            raise failure from root(error)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._streams.add(exchange)
            closed = self._closed
        if closed:
            exchange.close()
        return exchange

    def ask(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        patience: float | None = None,
    ) -> tuple[Mapping[str, str], bytes]:
        """The headers and the whole answer; `patience`: seconds it may pause."""
        exchange = self.open(method, path, query, body, patience=patience)
        try:
            exchange.connection.sock.settimeout(patience)
            return exchange.headers, exchange.read_all()
        except (OSError, Garbled) as error:
            raise self.lost(error, exchange.connection) from root(error)
        finally:
            exchange.close()

    def put(self, path: str, query: Query, archive: bytes | Iterable[bytes]) -> None:
        """Send a tar, which may be made meanwhile; EngineLost, or the refusal as EngineError."""
        try:
            connection = self._connect(self._endpoint)
        except OSError as error:
            raise self.lost(error) from root(error)
        try:
            connection.sock.settimeout(HEAD_TIMEOUT)
            # It may be refused before all of it was sent: what is read then says why.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sock.sendall(self._head("1.1", "PUT", path, query, _ARCHIVE))
                for piece in (archive,) if isinstance(archive, bytes) else archive:
                    if piece:
                        connection.sock.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                connection.sock.sendall(b"0\r\n\r\n")
            status, found, rest = head(connection.sock)
            if status >= 400:
                raise translate.refusal(status, Exchange(connection, found, rest, self._forget).read_all())
        except (OSError, Garbled) as error:
            raise self.lost(error, connection) from root(error)
        finally:
            connection.close()

    def close(self) -> None:
        """End every stream."""
        with self._lock:
            self._closed = True
            streams = list(self._streams)
        for exchange in streams:
            exchange.close()

    def lost(self, error: Exception, connection: Connection | None = None) -> EngineLost:
        """What the user is told when the engine does not answer any more."""
        return lost(self._endpoint.url, error, connection.complaint() if connection else "")

    def _message(
        self, protocol: str, method: str, path: str, query: Query | None, body: object, *, upgrade: bool
    ) -> bytes:
        lines = ["Connection: Upgrade", "Upgrade: tcp"] if upgrade else []
        payload = b""
        if body is not None:
            payload = json.dumps(body).encode()
            lines.append("Content-Type: application/json")
        if method == "POST":
            lines.append(f"Content-Length: {len(payload)}")
        return self._head(protocol, method, path, query, lines) + payload

    def _head(self, protocol: str, method: str, path: str, query: Query | None, lines: Sequence[str]) -> bytes:
        target = (f"/v{self.version}" if self.version else "") + quote(path, safe="/:@")
        if query:
            target += "?" + urlencode(parameters(query))
        first = [f"{method} {target} HTTP/{protocol}", "Host: docker", "User-Agent: devbox"]
        return "\r\n".join([*first, *lines, "", ""]).encode()

    def _forget(self, exchange: Exchange) -> None:
        with self._lock:
            self._streams.discard(exchange)


def parameters(query: Query | None) -> dict[str, str]:
    """As the engine wants them in an address."""
    return {name: _parameter(value) for name, value in (query or {}).items()}


def _parameter(value: str | int | bool | Mapping[str, list[str]]) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return json.dumps(value, separators=(",", ":")) if isinstance(value, Mapping) else str(value)
