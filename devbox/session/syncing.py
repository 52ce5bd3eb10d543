"""What State knows of the rules of `develop.watch`: whether they are watched, and what became of each save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

from devbox.record import dataclass

if TYPE_CHECKING:  # only projects with rules need it
    from devbox.sync.compare import Verified


class WatchPhase(Enum):
    """Where the watching of the project stands."""

    OFF = "no rules"
    AWAY = "waits for the engine"
    WAITING = "waits for a service with rules to run"
    WATCHING = "watching"
    PAUSED = "paused"
    FAILED = "failed"


STOPPED = (WatchPhase.PAUSED, WatchPhase.FAILED)
"""Where it goes on only when it is asked to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Something that a watch did at `at` (seconds since the epoch): `what` in a word, `names` a few of its paths;
    `through` another service, to whose container it was written: they share the volume, and its bytes count there."""

    at: float
    what: str
    container: str
    files: int = 0
    size: int = 0
    seconds: float = 0.0
    names: tuple[str, ...] = ()
    through: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What could not be done to a container yet: `pending` paths wait for it, `again` is when it is tried next."""

    error: str
    hint: str
    pending: int
    again: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSync:
    """A service with rules; `batches` oldest first, at most 20; `failures` by container name; `owed`: how many files
    are to come before a container, which began without them, has what it is to have."""

    idle: tuple[str, ...] = ()
    batches: tuple[Batch, ...] = ()
    failures: Mapping[str, Failure] = field(default_factory=dict)
    owed: Mapping[str, int] = field(default_factory=dict)
    reloaded: float = 0.0
    """When it last took up new files; 0: not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Syncing:
    """`verified` holds the last comparison of both sides, made at `verified_at`; `verifying`: one is under way."""

    phase: WatchPhase = WatchPhase.OFF
    error: str = ""
    hint: str = ""
    services: Mapping[str, ServiceSync] = field(default_factory=dict)
    verified: tuple[Verified, ...] = ()
    verified_at: float = 0.0
    verifying: bool = False
