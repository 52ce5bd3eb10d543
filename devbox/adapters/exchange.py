"""HTTP as far as a stream of the engine needs it: the head of an answer, and its body by length or to the end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping

from devbox.adapters.dial import Connection
from devbox.adapters.failures import Garbled

MAX_HEAD = 64 * 1024


def head(sock: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """(status, headers by lower-case name, what was read of the body)"""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        more = sock.recv(65536)
        if not more or len(data) > MAX_HEAD:
            raise Garbled("it closed the connection" if not more else "it does not speak HTTP")
        data += more
    first, *lines = data[:end].decode("latin-1").split("\r\n")
    protocol, _, rest = first.partition(" ")
    if not protocol.startswith("HTTP/") or not rest[:3].isdigit():
        raise Garbled("it does not speak HTTP")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(rest[:3]), headers, data[end + 4 :]


class Exchange:
    """The body of an answer as it comes. One thread reads; `close` may come from any."""

    def __init__(
        self, connection: Connection, headers: Mapping[str, str], rest: bytes, closed: Callable[[Exchange], None]
    ) -> None:
        self.connection = connection
        self.headers = headers
        """By lower-case name."""
        self._over = threading.Event()
        self._rest = rest
        self._closed = closed
        self._lock = threading.Lock()
        self._reading = False
        length = headers.get("content-length", "")
        self._left = int(length) if length.isdigit() else -1
        """Bytes still to come; -1 until the connection ends."""

    @property
    def closing(self) -> bool:
        """Whether `close` was called."""
        return self._over.is_set()

    @property
    def pending(self) -> bool:
        """Whether `recv` has bytes already that a poll of the socket does not tell of."""
        held = getattr(self.connection.sock, "pending", None)  # TLS decrypts more than was asked for
        return bool(self._rest) or bool(held and held())

    def recv(self, size: int = 65536) -> bytes:
        """Some bytes of the body, waiting for the first; b"" at its end, or after `close`."""
        buffer = bytearray(size)
        count = self.recv_into(memoryview(buffer))
        return bytes(memoryview(buffer)[:count])

    def recv_into(self, view: memoryview) -> int:
        """As `recv`, into `view`; 0 at the end."""
        if not self._left:
            return 0
        if self._left > 0:
            view = view[: self._left]
        count = self._raw_into(view)
        if self._left > 0:
            self._left -= count
            if not count and not self._over.is_set():
                raise Garbled("it closed the connection")
        return count

    def read_all(self) -> bytes:
        parts = []
        while part := self.recv():
            parts.append(part)
        return b"".join(parts)

    def send(self, data: bytes) -> int:
        """Write into a two-way stream what it takes without waiting; how much that was."""
        sock = self.connection.sock
        if hasattr(sock, "pending"):  # TLS knows no single call that does not wait
            sock.sendall(data)
            return len(data)
        try:
            return sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0

    def end_input(self) -> None:
        """Tell the other side that no more input comes."""
        self.connection.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """End it: a reader in another thread wakes up and sees the end."""
        with self._lock:
            if self._over.is_set():
                return
            self._over.set()
            self.connection.shutdown()
            if not self._reading:
                self.connection.close()
        self._closed(self)

    def _raw_into(self, view: memoryview) -> int:
        if self._rest:
            count = min(len(view), len(self._rest))
            view[:count] = self._rest[:count]
            self._rest = self._rest[count:]
            return count
        with self._lock:
            if self._over.is_set():
                return 0
            self._reading = True
        try:
            return self.connection.sock.recv_into(view)
        except (OSError, ValueError):
            if self._over.is_set():
                return 0
            raise
        finally:
            with self._lock:
                self._reading = False
                if self._over.is_set():
                    self.connection.close()
