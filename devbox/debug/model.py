"""What is being debugged, as the screen shows it: services, their processes and threads, where they stand.

Paths are absolute; `host` ones are of this machine, `there` ones of the container. Lines count from 1. Times are in
seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from devbox.record import dataclass


class Way(Enum):
    """How a debugger comes into a process; the value finishes the sentence "api is debugged: …"."""

    LISTENING = "it was started with debugpy"
    ON_DEMAND = "its debug helper was asked to listen"
    REMOTE_EXEC = "Python itself let debugpy in"
    GDB_INSIDE = "gdb of the image let debugpy in"
    GDB_BESIDE = "gdb of a side container let debugpy in"
    SERVER = "it offers a debug server"


class Phase(Enum):
    """How far a service's debugging is."""

    ATTACHING = "attaching"
    ATTACHED = "attached"
    AWAY = "waits for the container"
    """It ended, restarted or is being recreated; devbox attaches again, with the same breakpoints."""
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakpoint:
    """A line to stop at. `path` is the host's, or the container's where the file is only there (`there`).

    `condition` is an expression, `hits` a hit condition ("3", "% 10"), `log` a message that is printed instead of
    stopping, with {expressions}. Source: DAP's SourceBreakpoint.
    """

    path: str
    line: int
    there: bool = False
    condition: str = ""
    hits: str = ""
    log: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What a debuggee made of a breakpoint: `line` is where it really is, `message` why it is not verified."""

    verified: bool
    line: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionFilter:
    """A kind of exceptions to stop at ("raised", "uncaught", "userUnhandled"), as the debuggee names it."""

    id: str
    label: str
    default: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of a frame. `host` is "" where only the container has it; `reference` > 0: the debuggee has the text."""

    there: str
    host: str = ""
    reference: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A call, newest first; `id` is the debuggee's, good until it goes on. `subtle`: not the user's code."""

    id: int
    name: str
    source: Source | None
    line: int
    column: int = 0
    subtle: bool = False
    can_restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why and where a thread stands. `frames` is empty until they were asked for; `more` were not asked for."""

    reason: str
    """DAP's: "breakpoint", "step", "exception", "pause", "entry", ..."""
    text: str = ""
    """The exception and its message, or what else there is to say."""
    at: float
    frames: tuple[Frame, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread of a process; `stop` None: it runs."""

    id: int
    name: str
    stop: Stop | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process with a debugger in it. `id` is unique while devbox runs, `pid` the container's number for it."""

    id: int
    container: str
    """The container's name."""
    pid: int
    name: str
    """What it runs, short."""
    threads: tuple[Thread, ...] = ()
    filters: tuple[ExceptionFilter, ...] = ()
    can: frozenset[str] = frozenset()
    """DAP's capabilities that are true: "supportsSetVariable", "supportsRestartFrame", ..."""
    bound: Mapping[Breakpoint, Bound] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A folder (or file) of the host that is the same as one of the container, and `why`: "bind mount",
    "sync rule 1 (compose.yaml:14)", "COPY app/src /srv/app (Dockerfile:61)"."""

    host: str
    there: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Debuggee:
    """A service that is debugged."""

    service: str
    phase: Phase
    ways: tuple[Way, ...] = ()
    """One for each container that was attached to."""
    note: str = ""
    """What is being done, while ATTACHING or AWAY: "copying debugpy into jobs-api-1"."""
    error: str = ""
    hint: str = ""
    foreign: bool = False
    """FAILED since nothing in it is Python: the debug helper would not help."""
    processes: tuple[Process, ...] = ()
    pairs: tuple[Pair, ...] = ()
    """Most specific first."""
    attached_in: float = 0.0
    """Seconds that it took from the wish to the last process attached."""

    @property
    def stopped(self) -> bool:
        """Whether any of its threads stands."""
        return any(thread.stop for process in self.processes for thread in process.threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Something that a debuggee said (a logpoint, a warning of the debugger), newest last in Debugged.printed."""

    at: float
    service: str
    text: str
    category: str = ""
    """DAP's: "console", "stdout", "stderr", "important"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Debugged:
    """All that is debugged, by service; breakpoints are of the project and outlive every process."""

    services: Mapping[str, Debuggee] = field(default_factory=dict)
    breakpoints: tuple[Breakpoint, ...] = ()
    """By path and line."""
    filters: frozenset[str] | None = None
    """Exception filters that are on; None: what each debuggee has as its default."""
    printed: tuple[Printed, ...] = ()
    """At most 500."""

    def stopped_in(self, service: str) -> bool:
        """Whether a debugger holds a thread of that service, so that its failing probe is no crash."""
        found = self.services.get(service)
        return found is not None and found.stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A group of variables of a frame; `reference` is what to ask for them by."""

    name: str
    reference: int
    expensive: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """`value` as the debuggee writes it, cut to 4 KiB; `reference` > 0: it has parts, `count` of them where known."""

    name: str
    value: str
    type: str = ""
    reference: int = 0
    count: int = 0
    expression: str = ""
    """What evaluates to it; "" where nothing does."""
    settable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """`start` and `length` say what of the text it replaces (0-based); `text` is put there."""

    text: str
    label: str
    start: int
    length: int
    kind: str = ""
