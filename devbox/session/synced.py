"""What a watch tells, folded into State and in words for the log."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from devbox.session.events import SyncCompared, SyncComparing, WatchTold, WatchTurned
from devbox.session.syncing import Batch, Failure, ServiceSync, Syncing
from devbox.sync.told import (
    LoopStopped,
    Owed,
    RebuildBegan,
    Rebuilt,
    Reloaded,
    Synced,
    SyncFailed,
    Told,
    WatchBegan,
    WatchRefused,
    took,
)

KEPT, NAMED = 20, 3
SyncEvent = WatchTurned | WatchTold | SyncComparing | SyncCompared


def fold(sync: Syncing, event: SyncEvent) -> Syncing:
    """The state after `event`."""
    match event:
        case WatchTurned(phase=phase, error=error, hint=hint):
            if (phase, error, hint) == (sync.phase, sync.error, sync.hint):
                return sync
            return replace(sync, phase=phase, error=error, hint=hint)
        case WatchTold(told=told, at=at):
            service = _told(sync.services.get(told.service, ServiceSync()), told, at)
            return replace(sync, services={**sync.services, told.service: service})
        case SyncComparing():
            return replace(sync, verifying=True)
        case SyncCompared(found=found, at=at):
            return replace(sync, verified=found, verified_at=at, verifying=False)


def _told(service: ServiceSync, told: Told, at: float) -> ServiceSync:
    match told:
        case WatchBegan():
            return replace(service, idle=told.idle)
        case RebuildBegan() | WatchRefused():
            return service
        case Owed():
            owed = {**service.owed, told.container: told.files}
            return replace(service, owed={name: files for name, files in owed.items() if files})
        case SyncFailed():
            failure = Failure(error=told.error, hint=told.hint, pending=told.pending, again=at + told.again)
            return replace(service, failures={**service.failures, told.container: failure})
        case Reloaded() if told.again:
            failure = Failure(error=told.error, hint=told.hint, pending=told.files, again=at + told.again)
            return replace(service, failures={**service.failures, told.container: failure})
    left = {name: failure for name, failure in service.failures.items() if name != _container(told)}
    fresh = takes_up(told)
    batches = (*service.batches, _batch(told, at))[-KEPT:]
    return replace(service, batches=batches, failures=left, reloaded=at if fresh else service.reloaded)


def takes_up(told: Told) -> bool:
    """Whether the service has new files now, as far as devbox makes it take them up."""
    match told:
        case Synced():
            return not told.initial and not told.follows
        case Reloaded() | Rebuilt():
            return not told.error
    return False


def repeats(sync: Syncing, told: Told) -> bool:
    """Whether it is the failure that is known already, met again by another attempt."""
    if not isinstance(told, SyncFailed | Reloaded):
        return False
    known = sync.services.get(told.service, ServiceSync()).failures.get(told.container)
    return known is not None and known.error == told.error


def words(told: Told) -> str:
    """For the log of the service; "" where there is nothing to say to its reader."""
    match told:
        case Synced() if takes_up(told):
            through = f", through {told.through}" if told.through else ""
            return f"synced: {_files(len(told.paths) + len(told.deleted))} in {took(told.seconds)}{through}"
        case Reloaded(error=""):
            files = f": {_files(told.files)}" if told.files else ""
            return f"reloaded{files} in {took(told.seconds)}"
        case Reloaded():
            return f"not reloaded ({told.how}): {told.error}"
        case Rebuilt(error=""):
            return f"rebuilt in {told.seconds:.1f} s"
        case Rebuilt():
            return f"not rebuilt: {told.error}"
        case SyncFailed():
            return f"not synced: {told.error}"
        case LoopStopped():
            return f"in a loop, not synced: {told.path}"
    return ""


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _container(told: Told) -> str:
    """Where nothing is in the way any more."""
    return told.container if isinstance(told, Reloaded) or (isinstance(told, Synced) and not told.through) else ""


def _batch(told: Told, at: float) -> Batch:
    match told:
        case Synced():
            paths = (*told.paths, *told.deleted)
            return Batch(
                at=at,
                what="initial sync" if told.initial else "synced",
                container=told.container,
                files=len(paths),
                size=told.size,
                seconds=told.seconds,
                names=tuple(posixpath.basename(path) for path in paths[:NAMED]),
                through=told.through,
                error=f"{len(told.unread)} could not be read here" if told.unread else "",
            )
        case Reloaded():
            what = told.how if told.how == "restart" else f"reload ({told.how})"
            return Batch(
                at=at, what=what, container=told.container, files=told.files, seconds=told.seconds, error=told.error
            )
        case Rebuilt():
            return Batch(at=at, what="rebuild", container="", seconds=told.seconds, error=told.error)
        case LoopStopped():
            error = "changes because of its own change; add it to the rule's ignore"
            return Batch(at=at, what="loop", container="", names=(told.path,), error=error)
    return Batch(at=at, what=type(told).__name__, container="")
