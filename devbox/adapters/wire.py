"""The engine's HTTP API over sockets: requests on kept connections, and streams that can be closed from outside.

Not over the SDK's client: its import costs 135-200 ms where this costs 15, which is the whole lead of a `down` of 20
services, and its streams cannot be closed while a read blocks.
"""

from __future__ import annotations

import json
import select
import socket
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from devbox.adapters import translate
from devbox.adapters.dial import Connection, Endpoint, dial
from devbox.adapters.exchange import Exchange, Garbled, head
from devbox.errors import EngineError, EngineLost
from devbox.record import dataclass

TIMEOUT = 60.0
"""Seconds an engine may take for an answer that needs no waiting."""
CONNECT_TIMEOUT = 10.0
KEPT = 32
"""Idle connections."""

Query = Mapping[str, str | int | bool | Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body) if self.body.strip() else None


class Cancel:
    """Breaks off one request from outside: `close` may be called at any time from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._closed = False

    def watch(self, connection: Connection | None) -> None:
        with self._lock:
            self._connection = connection
            if self._closed and connection is not None:
                connection.shutdown()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.shutdown()


class Wire:
    """Blocking requests to one engine, from any thread. `version`: the API version before each path ("": none yet)."""

    def __init__(self, endpoint: Endpoint, connect: Callable[[Endpoint, float], Connection] = dial) -> None:
        self.endpoint = endpoint
        self.version = ""
        self._connect = connect
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._streams: set[Exchange] = set()
        self._closed = False

    def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = TIMEOUT,
        cancel: Cancel | None = None,
    ) -> Answer:
        """One request with its whole answer, whatever its status. EngineLost if the engine does not answer."""
        message = self._message("1.1", method, path, query, body, headers or {})
        connection, kept = self._borrow()
        try:
            try:
                return self._converse(connection, method, message, timeout, cancel)
            except Garbled as error:
                # The engine was restarted since: a kept connection that ends before any answer proves nothing about it.
                if not (kept and error.silent and method in ("GET", "HEAD")):
                    raise
            connection = self._fresh()
            return self._converse(connection, method, message, timeout, cancel)
        except (OSError, Garbled) as error:
            raise self.lost(error, connection) from error

    def json(self, method: str, path: str, query: Query | None = None, body: object = None, **more: Any) -> Any:
        """`request`, decoded; an answer of 400 and more is raised as EngineError."""
        return self.checked(self.request(method, path, query, body, **more)).json()

    def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        upgrade: bool = False,
    ) -> Exchange:
        """A request whose answer is read bit by bit, without limit of time; on a connection of its own.

        By HTTP/1.0, so that the engine does not chunk it; `upgrade` asks for the raw two-way stream of attach and exec.
        """
        more = dict(headers or {})
        if upgrade:
            more |= {"Connection": "Upgrade", "Upgrade": "tcp"}
        message = self._message("1.1" if upgrade else "1.0", method, path, query, body, more)
        connection = self._fresh()
        try:
            connection.sock.settimeout(TIMEOUT)
            connection.sock.sendall(message)
            status, found, rest = head(connection.sock)
            exchange = Exchange(connection, found, rest, self._forget)
            if status >= 400:
                self.checked(Answer(status, found, exchange.read_all()))
            connection.sock.settimeout(None)
        except (OSError, Garbled) as error:
            lost = self.lost(error, connection)
            connection.close()
            raise lost from error
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._streams.add(exchange)
            closed = self._closed
        if closed:
            exchange.close()
        return exchange

    def close(self) -> None:
        """End every stream and drop the kept connections."""
        with self._lock:
            self._closed = True
            streams, idle = list(self._streams), self._idle
            self._idle = []
        for exchange in streams:
            exchange.close()
        for connection in idle:
            connection.close()

    def lost(self, error: Exception, connection: Connection | None = None) -> EngineLost:
        """What the user is told when the engine does not answer any more."""
        reason = (connection.complaint() if connection else "") or _reason(error)
        return EngineLost(f"The Docker Engine at {self.endpoint.url} went away: {reason}.")

    @staticmethod
    def checked(answer: Answer) -> Answer:
        """The answer, or its refusal raised."""
        if answer.status >= 400:
            raise Wire.refusal(answer)
        return answer

    @staticmethod
    def refusal(answer: Answer) -> EngineError:
        """What the engine says in an answer of 400 and more."""
        try:
            message = str(answer.json()["message"])
        except (ValueError, TypeError, KeyError):
            message = answer.body[:1000].decode("utf-8", "replace")
        return translate.error(answer.status, message)

    def exit_status(self, body: bytes) -> int:
        """The exit code in the answer to a wait; without one the engine went away meanwhile."""
        try:
            return int(json.loads(body)["StatusCode"])
        except (ValueError, TypeError, KeyError):
            raise self.lost(Garbled("it ended while a container was waited for")) from None

    def _message(
        self, protocol: str, method: str, path: str, query: Query | None, body: object, headers: Mapping[str, str]
    ) -> bytes:
        target = (f"/v{self.version}" if self.version else "") + quote(path, safe="/:@")
        if query:
            target += "?" + urlencode({name: _parameter(value) for name, value in query.items()})
        lines = [f"{method} {target} HTTP/{protocol}", "Host: docker", "User-Agent: devbox"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        payload = b""
        if isinstance(body, bytes):
            payload = body
            lines.append("Content-Type: application/x-tar")
        elif body is not None:
            payload = json.dumps(body).encode()
            lines.append("Content-Type: application/json")
        if payload or method in ("POST", "PUT"):
            lines.append(f"Content-Length: {len(payload)}")
        return "\r\n".join([*lines, "", ""]).encode() + payload

    def _converse(
        self, connection: Connection, method: str, message: bytes, timeout: float | None, cancel: Cancel | None
    ) -> Answer:
        if cancel is not None:
            cancel.watch(connection)
        try:
            connection.sock.settimeout(timeout)
            try:
                connection.sock.sendall(message)
            except (BrokenPipeError, ConnectionResetError) as error:
                raise Garbled("it closed the connection", silent=True) from error
            status, headers, rest = head(connection.sock)
            exchange = Exchange(connection, headers, rest, lambda _: None)
            body = b"" if status in (204, 304) or method == "HEAD" else exchange.read_all()
        except BaseException:
            connection.close()
            raise
        finally:
            if cancel is not None:
                cancel.watch(None)
        if exchange.ends_with_connection or headers.get("connection", "").lower() == "close":
            connection.close()
        else:
            self._keep(connection)
        return Answer(status, headers, body)

    def _borrow(self) -> tuple[Connection, bool]:
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._fresh(), False
            if not _readable(connection.sock):
                return connection, True
            connection.close()

    def _fresh(self) -> Connection:
        try:
            return self._connect(self.endpoint, CONNECT_TIMEOUT)
        except OSError as error:
            raise self.lost(error) from error

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def _forget(self, exchange: Exchange) -> None:
        with self._lock:
            self._streams.discard(exchange)


def _readable(sock: socket.socket) -> bool:
    """An idle connection with something to read was closed by the other side."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _parameter(value: str | int | bool | Mapping[str, list[str]]) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return json.dumps(value, separators=(",", ":")) if isinstance(value, Mapping) else str(value)


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)
