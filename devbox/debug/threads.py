"""The threads of a process as its debugger's events tell of them: pure, each answers the threads after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from devbox.debug.model import Frame, Stop, Thread
from devbox.debug.protocol import Body, flag, number, text

Threads = tuple[Thread, ...]

HELD = "held"
"""The reason of a thread that stands because another does."""


def stopped(threads: Threads, body: Body, at: float) -> Threads:
    """After the event `stopped`: the thread it names stands, and maybe all others with it."""
    id = number(body, "threadId")
    every = flag(body, "allThreadsStopped")
    words = [word for key in ("text", "description") if (word := text(body, key))]
    stop = Stop(reason=text(body, "reason") or "pause", text=": ".join(dict.fromkeys(words)), at=at)
    if id and all(thread.id != id for thread in threads):
        threads = (*threads, Thread(id=id, name=f"thread {id}"))
    held = Stop(reason=HELD, at=at)
    return tuple(
        replace(thread, stop=stop)
        if thread.id == id
        else replace(thread, stop=held)
        if every and thread.stop is None
        else thread
        for thread in threads
    )


def continued(threads: Threads, id: int, every: bool) -> Threads:
    """After one, or `every` one, goes on."""
    return tuple(replace(one, stop=None) if one.stop and (every or one.id == id) else one for one in threads)


def turned(threads: Threads, body: Body) -> Threads:
    """After the event `thread`: one began or ended."""
    id = number(body, "threadId")
    if text(body, "reason") == "exited":
        return tuple(thread for thread in threads if thread.id != id)
    if not id or any(thread.id == id for thread in threads):
        return threads
    return (*threads, Thread(id=id, name=f"thread {id}"))


def listed(threads: Threads, found: Iterable[Thread]) -> Threads:
    """After the answer to `threads`: those that are, each standing where it stood; what stands is never left out."""
    known = {thread.id: thread for thread in threads}
    held = next((Stop(reason=HELD, at=one.stop.at) for one in threads if one.stop and one.stop.reason == HELD), None)
    now = [replace(thread, stop=known[thread.id].stop if thread.id in known else held) for thread in found]
    ids = {thread.id for thread in now}
    return (
        *now,
        *(thread for thread in threads if thread.stop and thread.id not in ids and thread.stop.reason != HELD),
    )


def seen(threads: Threads, id: int, at: float, frames: tuple[Frame, ...], more: int) -> Threads:
    """After the answer to `stackTrace` for the stop of `at`; one that went on since is left as it is."""
    return tuple(
        replace(one, stop=replace(one.stop, frames=frames, more=more))
        if one.id == id and one.stop and one.stop.at == at
        else one
        for one in threads
    )
