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
        """(rows, columns); None if the output is no terminal."""
        try:
            found = os.get_terminal_size(self.stdout)
        except OSError:
            return None
        return (found.lines, found.columns) if found.lines and found.columns else None

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
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        poll.register(self._alarm_read, select.POLLIN)
        if stdin:
            poll.register(self.stdin, select.POLLIN)
        payloads = None if tty else Payloads()
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()} if not exchange.pending else {stream}
            if self._alarm_read in ready:
                if b"s" in os.read(self._alarm_read, CHUNK):
                    return
                resized()
            if stdin and self.stdin in ready:
                data = self._typed()
                if data:
                    exchange.send(data)
                else:
                    poll.unregister(self.stdin)
                    stdin = False
                    with contextlib.suppress(OSError):  # the other side was quicker
                        exchange.end_input()
            if stream in ready:
                data = exchange.recv(CHUNK)
                if not data:
                    return
                self._show(data, payloads)

    def _typed(self) -> bytes:
        try:
            return os.read(self.stdin, CHUNK)
        except OSError:
            return b""

    def _show(self, data: bytes, payloads: Payloads | None) -> None:
        if payloads is None:
            write_all(self.stdout, data)
            return
        for number, payload in payloads.take(data):
            write_all(self.stderr if number == 2 else self.stdout, payload)


def write_all(descriptor: int, data: bytes) -> None:
    """Write it all, waiting where the descriptor cannot take more."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            select.select([], [descriptor], [])
