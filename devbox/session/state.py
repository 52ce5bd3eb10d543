"""What devbox knows at one moment: one frozen value, replaced whole, compared by identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from devbox.compose.model import Project, Service
from devbox.debug.model import Debugged
from devbox.environments.environment import Environment
from devbox.errors import Problem
from devbox.plan.observed import Container, RunningProject
from devbox.plan.plan import Plan
from devbox.ports import EngineEvent, EngineInfo, Progress, Sample
from devbox.record import dataclass
from devbox.session.syncing import Syncing


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """No answer yet."""

    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The engine answers and its events flow."""

    info: EngineInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The engine is away; devbox asks again at `retry_at` (seconds since the epoch).

    What was known stays in State, marked stale by this.
    """

    reason: str
    hint: str
    since: float
    retry_at: float


Connection = Connecting | Connected | Lost


class Phase(Enum):
    """How far a step or an operation is."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepState:
    """One step of a running plan; `note` says what it waits for or how far it is ("try 3 of 10", "12.1/40 MB")."""

    id: str
    phase: Phase = Phase.PENDING
    started: float = 0.0
    ended: float = 0.0
    note: str = ""
    progress: Mapping[str, Progress] = field(default_factory=dict)
    """layer or build step -> its last message"""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that takes time, as the user asked for it."""

    id: int
    title: str
    """In the user's words: "up", "restart api", "switch to stage"."""
    services: tuple[str, ...] = ()
    phase: Phase = Phase.RUNNING
    started: float
    ended: float = 0.0
    steps: Mapping[str, StepState] = field(default_factory=dict)
    """In plan order."""
    error: str = ""
    hint: str = ""
    cancelling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """A container's use between two samples: `cpu` in percent of one core, rates in bytes a second.

    Histories are oldest first, at most 120.
    """

    cpu: float
    memory: int
    memory_limit: int
    net_rx: float = 0.0
    net_tx: float = 0.0
    block_read: float = 0.0
    block_write: float = 0.0
    pids: int = 0
    cpu_history: tuple[float, ...] = ()
    memory_history: tuple[int, ...] = ()
    net_rx_history: tuple[float, ...] = ()
    net_tx_history: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """A service as the list shows it: what the files say and what runs.

    `service` None: an orphan, the files have it no longer.
    """

    name: str
    service: Service | None
    containers: tuple[Container, ...] = ()
    """Replicas by number, without one-off containers."""
    oneoffs: tuple[Container, ...] = ()
    disabled: bool = False
    """Left out by its profiles."""
    unseen: bool = False
    """No engine has yet said what runs."""
    owed: int = 0
    """Files that are to come before its containers, which began without, have what rules of develop.watch want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A passing message: `severity` is information, warning or error."""

    id: int
    text: str
    severity: str = "information"
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`files` (as the user knows them) were saved and read again: what `State.plan` says is to be done now, if the user
    wants it. `project`: they name another project, or another engine for this one, which is not opened unasked."""

    files: tuple[str, ...]
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything the screen shows but logs (LogBuffer) and UI-only state (selection, scroll, tab)."""

    connection: Connection = field(default_factory=Connecting)
    ahead: float = 0.0
    """Seconds by which the clock of the engine last heard of is ahead: what its times are to be compared with."""
    environments: tuple[Environment, ...] = ()
    environment: str = ""
    """Name of the current one."""
    project: Project | None = None
    problems: tuple[Problem, ...] = ()
    """Why the files do not load; `project` then is the last good one or None."""
    rows: tuple[ServiceRow, ...] = ()
    """In dependency-free file order; orphans last."""
    usage: Mapping[str, Usage] = field(default_factory=dict)
    """container id -> use"""
    samples: Mapping[str, Sample] = field(default_factory=dict)
    """container id -> its last reading, from which the next use is computed"""
    plan: Plan | None = None
    """What `up` would change now; None: not computed."""
    offer: Offer | None = None
    """Of the files that were saved last; None: what runs is as they say, or the user does not want it now."""
    operations: tuple[Operation, ...] = ()
    """Newest last; ended ones are kept (20)."""
    events: tuple[EngineEvent, ...] = ()
    """Of this project, newest last (500)."""
    running: tuple[RunningProject, ...] = ()
    """Every project on the engine, for the environments' strip."""
    sync: Syncing = field(default_factory=Syncing)
    """Of the rules of develop.watch."""
    debugged: Debugged = field(default_factory=Debugged)
    """What devbox has a debugger in."""
    notices: tuple[Notice, ...] = ()
    """Newest last (50)."""

    def row(self, service: str) -> ServiceRow | None:
        """The row of that name."""
        return next((row for row in self.rows if row.name == service), None)
