"""What a watch has to tell, past tense."""

from __future__ import annotations

from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBegan:
    """`rules` are watched for `service`; `idle` says of rules why they have nothing to do."""

    service: str
    rules: int
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRefused:
    """The engine refused what is asked for all services; from here on it is asked again every `again` seconds."""

    error: str
    hint: str = ""
    again: float = 0.0
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """`files` are to come before the container has what it is to have: it has begun without; 0: it has them now."""

    service: str
    container: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """`paths` (in the container) were written and `deleted`; `seconds` from the first notice of it on.

    `through` another service, to whose container it was written: they share the volume, and its bytes count there."""

    service: str
    container: str
    paths: tuple[str, ...]
    deleted: tuple[str, ...] = ()
    size: int = 0
    seconds: float = 0.0
    initial: bool = False
    follows: bool = False
    """A reload comes after it."""
    unread: tuple[tuple[str, str], ...] = ()
    """(path on the host, why it could not be read)"""
    through: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncFailed:
    """Nothing of `pending` paths is lost: it is tried again in `again` seconds (0: when the user asks)."""

    service: str
    container: str
    error: str
    hint: str = ""
    pending: int = 0
    again: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """What a rule asks for after a sync was done: `how` in words; `error` "" or why it failed.

    `again` above 0: it is tried again in so many seconds."""

    service: str
    container: str
    how: str
    files: int = 0
    seconds: float = 0.0
    error: str = ""
    hint: str = ""
    again: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RebuildBegan:
    """`path` (on the host) asks for a new image of `service`."""

    service: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """`error` "": the service runs in its new image."""

    service: str
    seconds: float
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStopped:
    """`path` changes again and again because of what its change sets off: nothing is done for it until it is quiet."""

    service: str
    path: str


Told = WatchBegan | WatchRefused | Owed | Synced | SyncFailed | Reloaded | RebuildBegan | Rebuilt | LoopStopped


def took(seconds: float) -> str:
    """ "41 ms", "1.2 s"."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
