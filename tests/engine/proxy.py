"""A unix-socket proxy before the real engine that a test can cut and mend, and an engine that answers from a script."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

ENGINE = "/var/run/docker.sock"


class Listener:
    """A unix socket that hands each connection to `serve` on a daemon thread."""

    def __init__(self, path: Path, serve: Callable[[socket.socket], None]) -> None:
        self.path = path
        self.asked: list[str] = []
        """The heads of the requests, where the engine answers from a script."""
        self._serve = serve
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.mend()

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    def cut(self) -> None:
        """Nobody listens any more, and every connection ends."""
        if self._listener is None:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        self.path.unlink()
        with self._lock:
            ending, self._open = self._open, set()
        for sock in ending:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Listen (again)."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(sock)
            threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            self._serve(sock)
        with self._lock:
            self._open.discard(sock)


@contextlib.contextmanager
def proxy(folder: Path) -> Iterator[Listener]:
    """The real engine behind a socket that can be cut."""
    listener = Listener(folder / "engine.sock", through)
    try:
        yield listener
    finally:
        listener.cut()


@contextlib.contextmanager
def scripted(folder: Path, answer: Callable[[str], bytes]) -> Iterator[Listener]:
    """Answers each request with what `answer` makes of its first line, then closes."""

    def serve(sock: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            more = sock.recv(65536)
            if not more:
                return
            request += more
        head = request.partition(b"\r\n\r\n")[0].decode()
        listener.asked.append(head)
        sock.sendall(answer(head.partition("\r\n")[0]))

    listener = Listener(folder / "script.sock", serve)
    try:
        yield listener
    finally:
        listener.cut()


def http(status: int, body: bytes, **headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*parts: bytes, **headers: str) -> bytes:
    """An answer that comes bit by bit, its end included."""
    lines = ["HTTP/1.1 200 X", "Transfer-Encoding: chunked", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    body = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (*parts, b""))
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextlib.contextmanager
def served(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of this machine on which each connection is handed to `serve`, on a daemon thread."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def through(client: socket.socket) -> None:
    """Join `client` with the real engine until both have ended."""
    with socket.socket(socket.AF_UNIX) as engine:
        engine.connect(ENGINE)
        there = threading.Thread(target=pump, args=(client, engine), daemon=True)
        there.start()
        pump(engine, client)
        there.join()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
