"""Process 1: makes a fork of itself whenever the source is another, and lets it take over."""

from __future__ import annotations

import importlib
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress

from live.health import FAILED
from live.log import say
from live.process import Process
from live.source import SOURCE, Held, Source, changed

QUIET, LONGEST = 0.01, 1.0
"""Seconds without a change that end a batch of them, and the longest that one is waited for."""
SLOW = 10.0
"""Seconds after which it is told that a process is not ready yet. It is left alone: a debugger may hold it."""
GRACE = 15.0
"""Seconds after which a process that was told to stop is killed if it still computes, or never had anything in hand;
one that a debugger holds at work waits."""
NAMED = 10
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Forked(Exception):
    """This is the new process; `news` is where it says how it goes."""

    def __init__(self, news: int) -> None:
        self.news = news


class Reloader:
    """`run` returns the exit code once it was told to stop, and raises Forked in each process that it makes."""

    def __init__(self, port: int | None) -> None:
        self._port = port
        self.listener = self._bind()
        self._source = Source(SOURCE)
        self._held: Held = {}
        """What the newest process was made of."""
        self._serving: Process | None = None
        self._starting: Process | None = None
        self._processes: dict[int, Process] = {}
        self._first = self._last = 0.0
        """Of the changes that are waited for; 0: none."""
        self._stop = self._again = False
        self._code = 0
        self._selector = selectors.DefaultSelector()
        self._woken, self._wakes = socket.socketpair()

    def run(self) -> int:
        """Until told to stop."""
        self._handle_signals()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(self._source, selectors.EVENT_READ)
        self._start(self._source.held(), time.monotonic())
        while self._processes or not self._stop:
            self._selector.select(self._patience())
            with suppress(BlockingIOError):
                self._woken.recv(4096)
            self._reap()
            self._hear()
            self._look()
            self._hurry()
        return self._code

    def leave(self) -> None:
        """In the new process: let go of what is the other's."""
        signal.set_wakeup_fd(-1)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        for one in (self._selector, self._woken, self._wakes, self._source):
            one.close()

    def _bind(self) -> socket.socket | None:
        """Nobody gets through before a process listens on it."""
        if self._port is None:
            return None
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", self._port))
        return listener

    def _handle_signals(self) -> None:
        self._woken.setblocking(False)
        self._wakes.setblocking(False)
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: setattr(self, "_stop", True))
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "_again", True))
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _patience(self) -> float | None:
        """Seconds until something is to be done though nothing happens."""
        if self._last:
            return max(0.0, min(self._last + QUIET, self._first + LONGEST) - time.monotonic())
        waits = self._starting or any(process.told for process in self._processes.values())
        return 1.0 if waits else None

    def _look(self) -> None:
        now = time.monotonic()
        if self._source.changed():
            self._first, self._last = self._first or now, now
        if self._stop:
            for process in self._processes.values():
                process.stop()
            return
        due = self._last and now >= min(self._last + QUIET, self._first + LONGEST)
        if not due and not self._again:
            return
        since, again = self._first or now, self._again
        self._first, self._last, self._again = 0.0, 0.0, False
        held = self._source.held()
        if held != self._held or again or not (self._serving or self._starting):
            self._start(held, since)

    def _start(self, held: Held, since: float) -> None:
        if self._held:
            files = changed(self._held, held)
            say("info", "reloading", files=files[:NAMED], more=max(0, len(files) - NAMED))
        if self._starting:
            self._starting.stop()  # what it was made of is no more
            self._settle(self._starting)
            self._starting = None
        self._held = held
        sys.stdout.flush()
        here, there = os.pipe()
        # Who is told to stop at once must not take it for this process's: the signal waits until `leave`.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if not pid:
            os.close(here)
            raise Forked(there)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        os.close(there)
        self._starting = self._processes[pid] = Process(pid, here, since=since)
        self._selector.register(here, selectors.EVENT_READ)

    def _hear(self) -> None:
        process = self._starting
        modules = process.read() if process else None
        if process and modules is not None:
            self._take_over(process)
            _import(modules)
        elif process and process.failed:
            process.told = time.monotonic()  # it ends by itself
            self._fail(process)

    def _take_over(self, process: Process) -> None:
        before, self._serving, self._starting = self._serving, process, None
        process.ready = True
        self._settle(process)
        if before:
            before.stop()
        FAILED.unlink(missing_ok=True)
        ms = round((time.monotonic() - process.since) * 1000)
        say("info", "reloaded" if before else "started", pid=process.pid, ms=ms)

    def _fail(self, process: Process) -> None:
        """The newest source does not run."""
        self._starting = None
        self._settle(process)
        if self._stop:
            return
        _note(process.failed)
        say("error", f"not loaded, {self._meanwhile()} until the next change: {process.failed}")

    def _meanwhile(self) -> str:
        return "the process before goes on" if self._serving else "nothing runs"

    def _settle(self, process: Process) -> None:
        """It has nothing more to say."""
        self._selector.unregister(process.news)
        os.close(process.news)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if process := self._processes.get(ended[0]):
                    self._ended(process, os.waitstatus_to_exitcode(ended[1]))

    def _ended(self, process: Process, code: int) -> None:
        if process is self._starting:
            self._hear()
        del self._processes[process.pid]
        if process is self._starting:
            process.failed = f"it ended with {code} before it was ready, its log says why"
            self._fail(process)
        elif process is self._serving:
            self._serving = None
            self._code = code if code >= 0 else 128 - code
            if process.told is None:
                _note(f"it ended with {code}")
                say("error", "nothing runs until the next change", pid=process.pid, code=code)
        if self.listener and not self._processes:
            self.listener.close()  # who waits on it would wait for ever
            self.listener = self._bind()

    def _hurry(self) -> None:
        now = time.monotonic()
        starting = self._starting
        if starting and not starting.slow and now - starting.since > SLOW:
            starting.slow = True
            _note(f"not ready after {SLOW:g} s")
            say("warning", f"not ready after {SLOW:g} s, meanwhile {self._meanwhile()}", pid=starting.pid)
        for process in self._processes.values():
            late = process.told and now - process.told > GRACE
            if late and (not process.ready or process.computes()):
                say("warning", f"killed: it goes on {GRACE:g} s after it was told to stop", pid=process.pid)
                os.kill(process.pid, signal.SIGKILL)


def _note(words: str) -> None:
    """For the health check. A full /tmp is no reason to end: the log says it too."""
    with suppress(OSError):
        FAILED.write_text(words)


def _import(names: list[str]) -> None:
    """Import what a process has found of use, but for the source and for what debuggers bring along."""
    own = {path.stem for path in SOURCE.iterdir()} | {"__main__", "debugpy"}
    for name in names:
        top = name.partition(".")[0]
        if name not in sys.modules and top not in own and "pydev" not in top:
            with suppress(Exception):  # nothing that a library wants of who imports it may end this process
                importlib.import_module(name)
