"""What the debugger's screen is about at one moment: which thread is in front, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from devbox.debug.model import Debugged, Debuggee, Frame, Process, Source, Stop, Thread
from devbox.record import dataclass

REASONS = {
    "breakpoint": "breakpoint",
    "function breakpoint": "breakpoint",
    "data breakpoint": "data changed",
    "exception": "exception",
    "step": "step",
    "pause": "paused",
    "entry": "at its start",
    "goto": "moved",
    "restart": "restarted call",
    "held": "held by another's stop",
}
HELD = "held"
"""The reason of a thread that stands only because another one stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Which thread and frame (by its place, newest first) are in front; 0: none."""

    service: str = ""
    process: int = 0
    thread: int = 0
    frame: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What actions are judged by. `frames` are those known, newest first; `panel` is the id of the one in hand."""

    debugged: Debugged
    focus: Focus = Focus()
    frames: tuple[Frame, ...] = ()
    panel: str = "source"
    path: str = ""
    """The file in sight."""
    busy: bool = False
    """An evaluation has not answered."""

    @property
    def debuggee(self) -> Debuggee | None:
        return self.debugged.services.get(self.focus.service)

    @property
    def process(self) -> Process | None:
        return process(self.debugged, self.focus.process)

    @property
    def thread(self) -> Thread | None:
        found = self.process
        return next((t for t in found.threads if t.id == self.focus.thread), None) if found else None

    @property
    def stop(self) -> Stop | None:
        return self.thread.stop if self.thread else None

    @property
    def frame(self) -> Frame | None:
        return self.frames[self.focus.frame] if self.stop and self.focus.frame < len(self.frames) else None


def threads(debugged: Debugged) -> Iterator[tuple[str, Process, Thread]]:
    """Every thread, by service and process."""
    for name, debuggee in debugged.services.items():
        for one in debuggee.processes:
            for thread in one.threads:
                yield name, one, thread


def standing(debugged: Debugged) -> list[tuple[str, Process, Thread, Stop]]:
    """The threads that stand for a reason of their own, the one that stopped first at first."""
    found = [
        (name, one, thread, thread.stop)
        for name, one, thread in threads(debugged)
        if thread.stop and thread.stop.reason != HELD
    ]
    return sorted(found, key=lambda each: each[3].at)


def process(debugged: Debugged, id: int) -> Process | None:
    """The process of that id."""
    return next((one for debuggee in debugged.services.values() for one in debuggee.processes if one.id == id), None)


def fresh(before: Debugged, after: Debugged) -> list[tuple[str, Process, Thread, Stop]]:
    """What stopped since, in order."""
    known = {(one.id, thread.id, stop.at) for _, one, thread, stop in standing(before)}
    return [each for each in standing(after) if (each[1].id, each[2].id, each[3].at) not in known]


def follow(focus: Focus, before: Debugged, after: Debugged) -> Focus:
    """Where to look next: a new stop comes to the front, unless what is in front stands."""
    new = fresh(before, after)
    own = [each for each in new if (each[1].id, each[2].id) == (focus.process, focus.thread)]
    if own:
        return replace(focus, frame=first(own[-1][3]))
    if any((p.id, t.id) == (focus.process, focus.thread) and t.stop for _, p, t in threads(after)):
        return focus
    if new:
        name, one, thread, stop = new[-1]
        return Focus(service=name, process=one.id, thread=thread.id, frame=first(stop))
    if any((p.id, t.id) == (focus.process, focus.thread) for _, p, t in threads(after)):
        return focus
    return of_service(focus.service, after)


def of_service(service: str, debugged: Debugged) -> Focus:
    """What of a service to look at: what stands, else its first thread."""
    found = [each for each in standing(debugged) if each[0] == service]
    if found:
        name, one, thread, stop = found[-1]
        return Focus(service=name, process=one.id, thread=thread.id, frame=first(stop))
    for name, one, thread in threads(debugged):
        if name == service:
            return Focus(service=service, process=one.id, thread=thread.id)
    debuggee = debugged.services.get(service)
    if debuggee and debuggee.processes:
        return Focus(service=service, process=debuggee.processes[0].id)
    return Focus(service=service)


def first(stop: Stop) -> int:
    """The frame to look at: the newest; where something else than the user's own doing stopped it, the user's code."""
    if stop.reason in ("exception", "pause"):
        return next((at for at, frame in enumerate(stop.frames) if not frame.subtle), 0)
    return 0


def place(frame: Frame) -> str:
    """ "app.py:42"."""
    name = path_of(frame.source).rpartition("/")[2] if frame.source else ""
    return f"{name or '?'}:{frame.line}"


def path_of(source: Source | None) -> str:
    """How a source is known on the screen: the host's path, else the container's."""
    return (source.host or source.there or source.name) if source else ""


def words(stop: Stop) -> str:
    """Why it stands: "exception: ValueError: bad"."""
    reason = REASONS.get(stop.reason, stop.reason)
    return f"{reason}: {stop.text}" if stop.text and stop.text != stop.reason else reason


def told(service: str, stop: Stop) -> str:
    """ "api stopped at app.py:42 (exception: ValueError: bad in f)"."""
    if not stop.frames:
        return f"{service} stopped ({words(stop)})"
    frame = stop.frames[first(stop)]
    return f"{service} stopped at {place(frame)} ({words(stop)} in {frame.name})"
