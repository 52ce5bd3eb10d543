"""What the debugger's screen is about at one moment: which thread is in front, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from devbox.debug.model import Debugged, Debuggee, Frame, Process, Source, Stop, Thread
from devbox.debug.threads import HELD
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Which thread and frame (by its place, newest first; None: the one that `first` names) are in front; 0: none."""

    service: str = ""
    process: int = 0
    thread: int = 0
    frame: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What actions are judged by. `frames` are those known, newest first; `panel` is the id of the one in hand."""

    debugged: Debugged
    focus: Focus = Focus()
    frames: tuple[Frame, ...] = ()
    panel: str = "source"
    path: str = ""
    """The file in sight."""

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
    def at(self) -> int:
        """The place of the frame in front."""
        chosen = self.focus.frame
        return chosen if chosen is not None else first(self.stop, self.frames) if self.stop else 0

    @property
    def frame(self) -> Frame | None:
        return self.frames[self.at] if self.stop and self.at < len(self.frames) else None


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
    """What stopped since, in order; a stop is known once its calls are, some milliseconds later."""
    known = {(one.id, thread.id, stop.at) for _, one, thread, stop in standing(before) if stop.frames}
    new = [each for each in standing(after) if each[3].frames]
    return [each for each in new if (each[1].id, each[2].id, each[3].at) not in known]


def follow(focus: Focus, before: Debugged, after: Debugged) -> Focus:
    """Where to look next: a new stop comes to the front, unless what is in front stands."""
    new = fresh(before, after)
    own = [each for each in new if (each[1].id, each[2].id) == (focus.process, focus.thread)]
    if own:
        return replace(focus, frame=None)
    if any((p.id, t.id) == (focus.process, focus.thread) for _, p, t, _ in standing(after)):
        return focus
    if new:
        name, one, thread, _ = new[-1]
        return Focus(service=name, process=one.id, thread=thread.id)
    if any((p.id, t.id) == (focus.process, focus.thread) for _, p, t in threads(after)):
        return focus
    return of_service(focus.service, after)


def of_service(service: str, debugged: Debugged) -> Focus:
    """What of a service to look at: what stands, else its first thread."""
    found = [each for each in standing(debugged) if each[0] == service]
    if found:
        name, one, thread, _ = found[-1]
        return Focus(service=name, process=one.id, thread=thread.id)
    for name, one, thread in threads(debugged):
        if name == service:
            return Focus(service=service, process=one.id, thread=thread.id)
    debuggee = debugged.services.get(service)
    if debuggee and debuggee.processes:
        return Focus(service=service, process=debuggee.processes[0].id)
    return Focus(service=service)


def first(stop: Stop, frames: Sequence[Frame]) -> int:
    """The frame to look at: the newest; where no chosen line stopped it, the newest of the user's own code."""
    if stop.reason in ("exception", "pause", HELD):
        return next((at for at, frame in enumerate(frames) if not frame.subtle), 0)
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
    frame = stop.frames[first(stop, stop.frames)]
    return f"{service} stopped at {place(frame)} ({words(stop)} in {frame.name})"
