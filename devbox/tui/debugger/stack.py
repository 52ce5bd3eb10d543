"""Threads and calls of every process as nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from devbox.debug.model import Debugged, Debuggee, Frame, Phase, Process, Stop, Thread
from devbox.debug.threads import HELD
from devbox.record import dataclass
from devbox.tui.debugger.node import Node, Span
from devbox.tui.debugger.scene import Focus, place, words
from devbox.tui.text import shorten

_NAME = 30
"""Characters of a process's or a thread's name that are shown: why it stands comes after it."""

Frames = Callable[[int, int, Stop], Sequence[Frame]]
"""process, thread, its stop -> the frames known"""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """What a node of the stack stands for."""

    focus: Focus
    more: bool = False
    """The frames that were not asked for."""


def roots(debugged: Debugged, focus: Focus, at: int, frames: Frames) -> tuple[Node, ...]:
    """Services, processes and threads; a level of which there is one only is left out. `at`: the frame in front."""
    focus = replace(focus, frame=at)
    several = len(debugged.services) > 1
    nodes: list[Node] = []
    for name, debuggee in debugged.services.items():
        inner = _processes(name, debuggee, focus, frames)
        if several:
            nodes.append(Node(key=name, spans=((name, "strong"), *_state(debuggee)), children=inner, begins=True))
        else:
            nodes += inner
    return tuple(nodes)


def _state(debuggee: Debuggee) -> tuple[Span, ...]:
    match debuggee.phase:
        case Phase.ATTACHED:
            return (("  stands", "busy"),) if debuggee.stopped else (("  runs", "good"),)
        case Phase.FAILED:
            return (("  not attached", "bad"),)
        case phase:
            return ((f"  {phase.value}", "quiet"),)


def _processes(service: str, debuggee: Debuggee, focus: Focus, frames: Frames) -> tuple[Node, ...]:
    nodes: list[Node] = []
    several = len(debuggee.processes) > 1
    for process in debuggee.processes:
        inner = tuple(_thread(service, process, thread, focus, frames) for thread in process.threads)
        if several:
            spans = (
                (shorten(process.name or process.container, _NAME), "strong"),
                (f"  {process.container} pid {process.pid}", "quiet"),
            )
            at = At(focus=Focus(service=service, process=process.id))
            nodes.append(Node(key=f"{process.id}", spans=spans, children=inner, begins=True, of=at))
        else:
            nodes += inner
    return tuple(nodes)


def _thread(service: str, process: Process, thread: Thread, focus: Focus, frames: Frames) -> Node:
    key = f"{process.id}/{thread.id}"
    own = (focus.process, focus.thread) == (process.id, thread.id)
    here = Focus(service=service, process=process.id, thread=thread.id)
    name: Span = (shorten(thread.name or f"thread {thread.id}", _NAME), "strong" if own else "plain")
    stop = thread.stop
    if stop is None:
        return Node(key=key, spans=(name, ("  runs", "quiet")), of=At(focus=here))
    known = frames(process.id, thread.id, stop)
    held = stop.reason == HELD
    nodes = _frames(key, known, here, focus.frame if own and focus.frame is not None else -1)
    if stop.more and len(known) < len(stop.frames) + stop.more:
        left = len(stop.frames) + stop.more - len(known)
        rest = ((f"… {left} more call{'s' if left > 1 else ''}", "quiet"),)
        nodes.append(Node(key=f"{key}/more", spans=rest, of=At(focus=here, more=True)))
    tone = "bad" if stop.reason == "exception" else "quiet" if held else "busy"
    spans = (name, (f"  {words(stop)}", tone))
    return Node(
        key=key, spans=spans, children=tuple(nodes) or (None if held else ()), begins=not held, of=At(focus=here)
    )


def _frames(key: str, frames: Sequence[Frame], here: Focus, chosen: int) -> list[Node]:
    """The calls; neighbours that are not the user's code are folded into one row, unless one of them is chosen."""
    nodes: list[Node] = []
    at = 0
    while at < len(frames):
        end = at
        while end < len(frames) and frames[end].subtle:
            end += 1
        folded = tuple(_frame(key, frames[n], n, here, chosen) for n in range(at, end))
        if len(folded) > 1 and not at <= chosen < end:
            spans = ((f"{len(folded)} calls of libraries", "quiet"),)
            nodes.append(Node(key=f"{key}/lib{len(frames) - at}", spans=spans, children=folded))
        else:
            nodes += folded
        if end < len(frames):
            nodes.append(_frame(key, frames[end], end, here, chosen))
        at = end + 1
    return nodes


def _frame(key: str, frame: Frame, at: int, here: Focus, chosen: int) -> Node:
    focus = Focus(service=here.service, process=here.process, thread=here.thread, frame=at)
    tone = "accent" if at == chosen else "quiet" if frame.subtle else "plain"
    spans = (("▶ " if at == chosen else "  ", "accent"), (frame.name, tone), (f"  {place(frame)}", "quiet"))
    return Node(key=f"{key}/{at}", spans=spans, of=At(focus=focus))
