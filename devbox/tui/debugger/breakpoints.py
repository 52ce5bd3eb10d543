"""Breakpoints and exception filters: as nodes, and as marks beside the source."""

from __future__ import annotations

from dataclasses import replace

from devbox.debug.model import Bound, Breakpoint, Debugged, ExceptionFilter
from devbox.tui.debugger.node import Node, Span
from devbox.tui.debugger.source_view import Mark, label


def bound(debugged: Debugged, breakpoint: Breakpoint) -> Bound | None:
    """What the debuggees made of it: verified where one of them could; None: none was asked."""
    found = [
        process.bound[breakpoint]
        for debuggee in debugged.services.values()
        for process in debuggee.processes
        if breakpoint in process.bound
    ]
    return next((one for one in found if one.verified), found[0] if found else None)


def symbol(breakpoint: Breakpoint, made: Bound | None) -> Mark:
    """● stops, ◆ stops on a condition, ▲ logs; hollow until a process has it; ◌ off."""
    if not breakpoint.enabled:
        return Mark(symbol="◌", tone="quiet")
    full, hollow = "▲△" if breakpoint.log else "◆◇" if breakpoint.condition or breakpoint.hits else "●○"
    if made is not None and made.verified:
        return Mark(symbol=full, tone="bad")
    return Mark(symbol=hollow, tone="quiet" if made is None else "bad")


def marks(debugged: Debugged, path: str) -> dict[int, Mark]:
    """Beside the lines of that file, each where it really is."""
    found: dict[int, Mark] = {}
    for breakpoint in debugged.breakpoints:
        if breakpoint.path == path:
            made = bound(debugged, breakpoint)
            line = made.line if made is not None and made.verified and made.line else breakpoint.line
            found[line] = symbol(breakpoint, made)
    return found


def at(debugged: Debugged, path: str, line: int) -> Breakpoint | None:
    """The breakpoint that shows at that line."""
    own = [one for one in debugged.breakpoints if one.path == path]
    exact = next((one for one in own if one.line == line), None)
    if exact is not None:
        return exact
    for one in own:
        made = bound(debugged, one)
        if made is not None and made.verified and made.line == line:
            return one
    return None


def filters(debugged: Debugged) -> tuple[ExceptionFilter, ...]:
    """All that debuggees offer, by id."""
    found: dict[str, ExceptionFilter] = {}
    for debuggee in debugged.services.values():
        for process in debuggee.processes:
            for one in process.filters:
                found.setdefault(one.id, one)
    return tuple(found.values())


def is_on(debugged: Debugged, one: ExceptionFilter) -> bool:
    return one.default if debugged.filters is None else one.id in debugged.filters


def turned(debugged: Debugged, one: ExceptionFilter) -> frozenset[str]:
    """The filters that are on after that one was turned over."""
    on = frozenset(each.id for each in filters(debugged) if is_on(debugged, each))
    # Those of services that are not attached now stay.
    return (on | (debugged.filters or frozenset())) ^ {one.id}


def roots(debugged: Debugged, folder: str) -> tuple[Node, ...]:
    """The breakpoints, then the kinds of exceptions."""
    nodes = [_breakpoint(one, bound(debugged, one), folder) for one in debugged.breakpoints]
    for one in filters(debugged):
        on = is_on(debugged, one)
        spans: tuple[Span, ...] = ((f"{'☑' if on else '☐'} ", "bad" if on else "quiet"), (one.label, "plain"))
        nodes.append(Node(key=f"filter {one.id}", spans=spans, of=one))
    return tuple(nodes)


def key(breakpoint: Breakpoint) -> str:
    return f"{breakpoint.path}:{breakpoint.line}"


def _breakpoint(one: Breakpoint, made: Bound | None, folder: str) -> Node:
    mark = symbol(one, made)
    path, slash, name = label(one.path, folder).rpartition("/")
    line = made.line if made is not None and made.verified and made.line else one.line
    spans: list[Span] = [(f"{mark.symbol} ", mark.tone), (f"{name}:{line}", "plain" if one.enabled else "quiet")]
    for words, value in (("if", one.condition), ("hits", one.hits), ("log", one.log)):
        if value:
            spans += [(f"  {words} ", "quiet"), (value, "value")]
    if made is not None and not made.verified and one.enabled:
        spans.append((f"  {made.message or 'no process has that line'}", "bad"))
    spans.append((f"  {'in the container ' if one.there else ''}{path}{slash}", "quiet"))
    return Node(key=key(one), spans=tuple(spans), of=one)


def switched(one: Breakpoint) -> Breakpoint:
    return replace(one, enabled=not one.enabled)
