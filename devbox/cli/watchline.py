"""What a watch tells, as lines for people and as objects for scripts."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from devbox.cli.output import printable, stdout_style
from devbox.cli.running import size
from devbox.sync.told import (
    LoopStopped,
    Owed,
    RebuildBegan,
    Rebuilt,
    Reloaded,
    Synced,
    SyncFailed,
    WatchBegan,
    WatchRefused,
    took,
)

if TYPE_CHECKING:
    from devbox.sync.told import Told

_NAMED = 3
"""Paths that a line names before it only counts."""
_EVENTS = {
    WatchBegan: "watching",
    WatchRefused: "watch-refused",
    Owed: "owed",
    Synced: "synced",
    SyncFailed: "sync-failed",
    Reloaded: "reloaded",
    RebuildBegan: "rebuilding",
    Rebuilt: "rebuilt",
    LoopStopped: "loop-stopped",
}


def line(told: Told) -> list[str]:
    """One line, and more where something is wrong."""
    match told:
        case WatchBegan():
            return [
                f"{told.service}: watching, {_count(told.rules, 'rule')}",
                *(f"  {printable(reason)}" for reason in told.idle),
            ]
        case WatchRefused():
            text = (
                f"the engine refuses to be followed, next attempt in {told.again:g} s; what is saved meanwhile follows"
            )
            return [_bad(text), *_why(told.error, told.hint)]
        case Owed():
            return [f"{told.container}: {_count(told.files, 'file')} to come"] if told.files else []
        case Synced():
            parts = []
            if told.paths:
                sent = f"through {told.through}" if told.through else size(told.size)
                parts.append(f"{_count(len(told.paths), 'file')} ({sent}) {_names(told.paths)}")
            if told.deleted:
                through = f"through {told.through} " if told.through and not told.paths else ""
                parts.append(f"{through}deleted {_names(told.deleted)}")
            kind = "initial sync" if told.initial else "synced"
            unread = [_bad(f"  {printable(path)}: not sent, {printable(why)}") for path, why in told.unread]
            return [f"{told.container}: {kind} {', '.join(parts) or 'nothing'} in {took(told.seconds)}", *unread]
        case SyncFailed():
            pending = f"{_count(told.pending, 'path')} pending{_next(told.again)}"
            return [_bad(f"{told.container}: not synced, {pending}"), *_why(told.error, told.hint)]
        case Reloaded(error=""):
            what = f"{_count(told.files, 'file')} in {took(told.seconds)}"
            return [f"{told.container}: reloaded ({printable(told.how)}): {what}"]
        case Reloaded():
            text = f"{told.container}: not reloaded ({printable(told.how)}){_next(told.again)}"
            return [_bad(text), *_why(told.error, told.hint)]
        case RebuildBegan():
            return [f"{told.service}: rebuilding, {printable(told.path)} changed"]
        case Rebuilt(error=""):
            return [f"{told.service}: rebuilt in {told.seconds:.1f} s"]
        case Rebuilt():
            return [_bad(f"{told.service}: not rebuilt"), *_why(told.error, told.hint)]
        case LoopStopped():
            text = f"{told.service}: {printable(told.path)} is in a loop: sending it makes it change"
            return [_bad(text), "  Nothing is done for it until it is quiet; add it to the rule's `ignore`."]


def as_json(told: Told, at: float) -> dict[str, Any]:
    """The event as scripts read it; `at` in seconds since the epoch."""
    return {"time": at, "event": _EVENTS[type(told)], **{one.name: getattr(told, one.name) for one in fields(told)}}


def _why(error: str, hint: str) -> list[str]:
    return [f"  {printable(text)}" for text in (error, hint) if text]


def _next(again: float) -> str:
    return f", next attempt in {again:g} s" if again else ""


def _bad(text: str) -> str:
    return stdout_style(text, "red")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _names(paths: tuple[str, ...]) -> str:
    more = len(paths) - _NAMED
    return " ".join(map(printable, paths[:_NAMED])) + (f" and {more} more" if more > 0 else "")
