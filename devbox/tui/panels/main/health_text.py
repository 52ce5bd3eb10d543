"""The Health tab's text."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence

from textual.content import Content

from devbox.debug.model import Debuggee
from devbox.debug.standing import standing
from devbox.plan.observed import Container, Detail, HealthState, Probe, RunState
from devbox.plan.readiness import Readiness, absent, readiness, waits_for
from devbox.session.state import ServiceRow
from devbox.tui.amounts import span, took
from devbox.tui.status import Status, Tone, container_status, service_status
from devbox.tui.text import clean, plain, shorten, shorten_name

_QUIET = "$foreground 60%"
_TONES = {
    Tone.GOOD: "$text-success",
    Tone.BUSY: "$text-warning",
    Tone.BAD: "bold $text-error",
    Tone.OFF: "$foreground 60%",
    Tone.PLAIN: "",
}
_OUTPUT_LINES = 6
_STANDS = Status("◈", "in debugger", Tone.BUSY)


def service_health(
    row: ServiceRow, rows: Sequence[ServiceRow], now: float, width: int, debugged: Mapping[str, Debuggee]
) -> Content:
    """Of one service: verdict, healthcheck and probes of each replica, and the dependencies that do not hold.

    What stands in the debugger is said to, instead of what its probes make of that.
    """
    others = {other.name: other.containers for other in rows}
    blocks: list[Content] = []
    if not row.containers:
        if row.service is None:
            return Content.styled("The files do not have it any more, and nothing of it runs.", _QUIET)
        if row.disabled:
            return Content.styled("Left out: none of its profiles is active.", _QUIET)
        if row.unseen:
            return Content.styled("Not known yet: the engine has not answered.", _QUIET)
        return _verdict(absent(row.service, others, now), Content.styled("○ not created", _QUIET))
    for container in row.containers:
        stands = standing(debugged.get(row.name)).get(container.name, "")
        blocks.append(_container(container, now, width, stands, named=len(row.containers) > 1))
    if row.service is not None and (waiting := waits_for(row.service, others, now)):
        lines = [Content.styled("Its dependencies", "bold"), *(plain(f"  {line}", lines=False) for line in waiting)]
        blocks.append(Content("\n").join(lines))
    return Content("\n\n").join(blocks)


def stack_health(rows: Sequence[ServiceRow], now: float, width: int, debugged: Mapping[str, Debuggee]) -> Content:
    """A line for each service, and under what is not ready, why."""
    names = max((len(row.name) for row in rows), default=0)
    names = min(names, 24)
    lines: list[Content] = []
    others = {row.name: row.containers for row in rows}
    for row in rows:
        stands = standing(debugged.get(row.name))
        status = _STANDS if stands else service_status(row)
        head = plain(shorten_name(row.name, names).ljust(names + 2), "bold")
        lines.append(head + plain(f"{status.symbol} {status.word}", _TONES[status.tone], lines=False))
        for verdict in _missing(row, others, now, stands):
            for line in (verdict.text, *verdict.reasons):
                lines.append(plain(f"  {shorten(line, width - 2)}", _QUIET))
    if not lines:
        return Content.styled("No services.", _QUIET)
    return Content("\n").join(lines)


def _missing(
    row: ServiceRow, others: dict[str, tuple[Container, ...]], now: float, stands: Mapping[str, str]
) -> list[Readiness]:
    if row.disabled and not row.containers:
        return []
    if not row.containers:
        return [absent(row.service, others, now)] if row.service and not row.unseen else []
    verdicts = [_ready(container, now, stands.get(container.name, "")) for container in row.containers]
    return [verdict for verdict in verdicts if not verdict.ready]


def _ready(container: Container, now: float, stands: str) -> Readiness:
    """Its verdict; of one that `stands` in the debugger, that."""
    if not stands or container.state is not RunState.RUNNING:
        return readiness(container, now)
    failing = container.health is HealthState.UNHEALTHY or (container.detail and container.detail.failing_streak)
    checked = container.health is not HealthState.NONE
    so = "; its healthcheck fails for that" if failing else "; its healthcheck may fail for that" if checked else ""
    return Readiness(ready=False, text=f"{stands[:1].upper()}{stands[1:]}{so}.")


def _container(container: Container, now: float, width: int, stands: str, *, named: bool) -> Content:
    status = _STANDS if stands else container_status(container)
    head = plain(f"{status.symbol} {status.word}", _TONES[status.tone], lines=False)
    if named:
        head = plain(f"{container.name}  ", "bold", lines=False) + head
    detail = container.detail
    lines = [_verdict(_ready(container, now, stands), head)]
    if detail is None:
        return lines[0]
    if times := _times(detail, now):
        lines.append(Content.styled(times, _QUIET))
    if detail.test and detail.test[0] != "NONE":
        lines.append(Content(""))
        lines.append(Content.styled("Check  ", "bold") + plain(shorten(_command(detail.test), max(20, width - 8))))
        lines.append(Content.styled("       " + _rhythm(detail), _QUIET))
    if detail.probes:
        lines.append(Content(""))
        lines.append(Content.styled(f"{'Time':<10}{'Result':<13}{'Took':<8}Output", _QUIET))
        for probe in reversed(detail.probes):
            lines += _probe(probe, now, width)
    return Content("\n").join(lines)


def _verdict(verdict: Readiness, head: Content) -> Content:
    lines = [head + Content("  ") + plain(verdict.text, lines=False)]
    lines += [
        plain(f"  {line}", "$text-error" if not verdict.ready else _QUIET, lines=False) for line in verdict.reasons
    ]
    return Content("\n").join(lines)


def _times(detail: Detail, now: float) -> str:
    parts = []
    if detail.started:
        parts.append(f"started {_clock(detail.started)} ({span(now - detail.started)} ago)")
    if detail.finished and (not detail.started or detail.finished >= detail.started):
        parts.append(f"ended {_clock(detail.finished)} ({span(now - detail.finished)} ago)")
    if detail.restart_count:
        parts.append(f"restarted by the engine {detail.restart_count} times")
    return ", ".join(parts)


def _command(test: tuple[str, ...]) -> str:
    return test[1] if test[0] == "CMD-SHELL" and len(test) > 1 else shlex.join(test[1:])


def _rhythm(detail: Detail) -> str:
    """ "every 10 s, at most 5 s each, 3 failures make it unhealthy, start period 20 s"."""
    parts = [f"every {took(detail.interval / 1e9 or 30)}", f"at most {took(detail.timeout / 1e9 or 30)} each"]
    parts.append(f"{detail.retries or 3} failures make it unhealthy")
    if detail.start_period:
        parts.append(f"start period {took(detail.start_period / 1e9)}")
    if detail.start_interval:
        parts.append(f"in it every {took(detail.start_interval / 1e9)}")
    return ", ".join(parts)


def _probe(probe: Probe, now: float, width: int) -> list[Content]:
    good = probe.exit_code == 0
    result = "✓ passed" if good else "✗ timed out" if probe.exit_code == -1 else f"✗ exit {probe.exit_code}"
    head = f"{_clock(probe.started):<10}"
    spent = f"{took(max(0.0, probe.ended - probe.started)):<8}"
    output = clean(probe.output[:4_000]).strip().splitlines() or [""]
    room = max(10, width - 31)
    line = Content.assemble(
        (head, _QUIET),
        (f"{result:<13}", _TONES[Tone.GOOD if good else Tone.BAD]),
        (spent, _QUIET),
        shorten(output[0], room),
    )
    more = [plain(" " * 31 + shorten(text, room), _QUIET) for text in output[1:_OUTPUT_LINES]]
    if len(output) > _OUTPUT_LINES:
        more.append(Content.styled(" " * 31 + f"… {len(output) - _OUTPUT_LINES} more lines", _QUIET))
    return [line, *more]


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))
