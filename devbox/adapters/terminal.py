"""This process's own terminal joined to a two-way stream of a container, in raw mode and restored whatever happens."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from types import FrameType

from devbox.adapters.exchange import Exchange
from devbox.adapters.execs import Payloads

CHUNK = 64 * 1024


def terminal_size(descriptor: int) -> tuple[int, int] | None:
    """(rows, columns); None if it is no terminal."""
    try:
        found = os.get_terminal_size(descriptor)
    except OSError:
        return None
    return (found.lines, found.columns) if found.lines and found.columns else None


class Terminal:
    """Standard input, output and error, by their descriptors."""

    def __init__(self, stdin: int = 0, stdout: int = 1, stderr: int = 2) -> None:
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self._alarm_read, self._alarm = os.pipe()
        os.set_blocking(self._alarm, False)

    def close(self) -> None:
        os.close(self._alarm_read)
        os.close(self._alarm)

    def size(self) -> tuple[int, int] | None:
        return terminal_size(self.stdout)

    @contextlib.contextmanager
    def raw(self, wanted: bool) -> Iterator[None]:
        """Raw mode while inside, if the input is a terminal."""
        if not wanted or not os.isatty(self.stdin):
            yield
            return
        sys.stdout.flush()
        before = termios.tcgetattr(self.stdin)
        try:
            tty.setraw(self.stdin, termios.TCSADRAIN)
            yield
        finally:
            termios.tcsetattr(self.stdin, termios.TCSADRAIN, before)

    @contextlib.contextmanager
    def watching_size(self, wanted: bool) -> Iterator[None]:
        """SIGWINCH makes `join` call `resized` while inside; only the main thread can have it so."""
        if not wanted or threading.current_thread() is not threading.main_thread():
            yield
            return

        def alarm(_signal: int, _frame: FrameType | None) -> None:
            self._wake(b"r")

        before = signal.signal(signal.SIGWINCH, alarm)
        try:
            yield
        finally:
            signal.signal(signal.SIGWINCH, before if before is not None else signal.SIG_DFL)

    def stop(self) -> None:
        """Make `join` return soon, from any thread."""
        self._wake(b"s")

    def _wake(self, letter: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # it is full of such letters already
            os.write(self._alarm, letter)

    def join(self, exchange: Exchange, *, tty: bool, stdin: bool, resized: Callable[[], None]) -> None:
        """Carry bytes both ways until the container's side ends or `stop` is called; blocking."""
        stream = exchange.connection.sock.fileno()
        typing = Typing(exchange, self.stdin) if stdin else None
        payloads = None if tty else Payloads()
        while True:
            poll = select.poll()
            poll.register(self._alarm_read, select.POLLIN)
            poll.register(stream, select.POLLIN | (select.POLLOUT if typing and typing.waiting else 0))
            if typing and typing.hungry:
                poll.register(self.stdin, select.POLLIN)
            ready = dict(poll.poll(0 if exchange.pending else None))
            if self._alarm_read in ready:
                if b"s" in os.read(self._alarm_read, CHUNK):
                    return
                resized()
            if typing:
                typing.go_on(self.stdin in ready)
            if exchange.pending or ready.get(stream, 0) & ~select.POLLOUT:
                data = self._heard(exchange, typing)
                if not data:
                    return
                self._show(data, payloads)

    def _heard(self, exchange: Exchange, typing: Typing | None) -> bytes:
        try:
            return exchange.recv(CHUNK)
        except ConnectionResetError:
            if typing and typing.refused:  # the command ended with input left unread
                return b""
            raise

    def _show(self, data: bytes, payloads: Payloads | None) -> None:
        if payloads is None:
            write_all(self.stdout, data)
            return
        for number, payload in payloads.take(data):
            write_all(self.stderr if number == 2 else self.stdout, payload)


class Typing:
    """Input on its way to the container. Never waits for it: a command may want its output read before it reads on."""

    def __init__(self, exchange: Exchange, descriptor: int) -> None:
        self._exchange = exchange
        self._descriptor = descriptor
        self._ended = False
        self.waiting = b""
        """Read and not yet taken by the container."""
        self.refused = False

    @property
    def hungry(self) -> bool:
        """Whether more input is wanted."""
        return not self._ended and not self.waiting

    def go_on(self, readable: bool) -> None:
        """Read if there is something to read, send what can be sent."""
        if readable and self.hungry:
            try:
                self.waiting = os.read(self._descriptor, CHUNK)
            except OSError:
                self.waiting = b""
            self._ended = not self.waiting
            if self._ended:
                with contextlib.suppress(OSError):  # the other side was quicker
                    self._exchange.end_input()
        if self.waiting:
            try:
                self.waiting = self.waiting[self._exchange.send(self.waiting) :]
            except (BrokenPipeError, ConnectionResetError):
                self.refused, self._ended, self.waiting = True, True, b""


def write_all(descriptor: int, data: bytes) -> None:
    """Write it all, waiting where the descriptor cannot take more."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
