"""Whether a container has met what others wait for: pure, from one inspect."""

from __future__ import annotations

from devbox.compose.model import Condition
from devbox.plan.observed import Container, Detail, HealthState, RunState
from devbox.record import dataclass

CRASHES = 8
"""Restarts during one wait after which nothing is expected any more (25 s or more, with the engine's pauses)."""


@dataclass(frozen=True, slots=True)
class Met:
    """The wait is over."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """It can be met yet; `note` says how far it is."""

    note: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be met any more; `lines`: what it printed last may tell why."""

    why: str
    hint: str = ""
    lines: bool = False


Verdict = Met | Unmet | Failed


def has_check(detail: Detail | None) -> bool:
    """Whether a healthcheck is in force."""
    return detail is not None and bool(detail.test) and detail.test[0] != "NONE"


def judge(container: Container, condition: Condition, restarts: int = 0) -> Verdict:
    """The verdict on an inspected container; `restarts` is its restart count when the wait began."""
    detail = container.detail or Detail()
    match container.state:
        case RunState.EXITED | RunState.DEAD:
            return _ended(container, detail, condition)
        case RunState.RESTARTING:
            again = detail.restart_count - restarts
            said = f"{container.name} exited ({detail.exit_code})"
            if again >= CRASHES:
                return Failed(f"{said} {again} times in a row", "see why it ends, or drop its restart policy", True)
            return Unmet(f"{said} and is started again" + (f" (restart {again})" if again > 0 else ""))
        case RunState.RUNNING:
            return _running(container, detail, condition)
        case RunState.REMOVING:
            return Failed(f"{container.name} is being removed")
        case _:
            return Unmet(f"{container.name} is {container.state.value}")


def probe_text(detail: Detail) -> str:
    """What the engine's last probe said: "exit 2: no response"; "" if there was none."""
    if not detail.probes:
        return ""
    last = detail.probes[-1]
    return probe_words(last.exit_code, last.output)


def probe_words(exit_code: int, output: str) -> str:
    """A probe's answer in one line."""
    lines = [line.strip() for line in output.strip().splitlines() if line.strip()]
    return f"exit {exit_code}" + (f": {lines[-1][:200]}" if lines else ", without output")


def _running(container: Container, detail: Detail, condition: Condition) -> Verdict:
    if condition is Condition.COMPLETED:
        return Unmet(f"{container.name} runs")
    if not has_check(detail):
        if condition is Condition.STARTED:
            return Met()
        return Failed(
            f"{container.name} has no healthcheck, so it never becomes healthy",
            hint="give it a healthcheck, or wait with condition: service_started",
        )
    if container.health is HealthState.HEALTHY:
        return Met()
    if container.health is HealthState.UNHEALTHY:
        said = probe_text(detail)
        return Failed(
            f"{container.name} is unhealthy after {detail.failing_streak} tries" + (f" ({said})" if said else ""),
            hint=f"its check: {' '.join(detail.test[1:])}" if detail.test else "",
        )
    return Unmet("")


def _ended(container: Container, detail: Detail, condition: Condition) -> Verdict:
    if condition is Condition.COMPLETED and detail.exit_code == 0 and not detail.error:
        return Met()
    because = "ran out of memory and was killed" if detail.oom_killed else f"exited ({detail.exit_code})"
    hint = ""
    if condition is Condition.STARTED and detail.exit_code == 0:
        hint = "if it is meant to end, let another service wait for it with service_completed_successfully"
    return Failed(f"{container.name} {because}" + (f": {detail.error}" if detail.error else ""), hint, True)
