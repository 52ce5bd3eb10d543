"""Why a service is not ready: what it waits for, at which try, and when the next one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from devbox.compose.model import Condition, Dependency, Service
from devbox.plan.observed import Container, Detail, HealthState, Probe, RunState
from devbox.record import dataclass

_SECOND = 1_000_000_000
_INTERVAL = 30.0
_START_INTERVAL = 5.0
_RETRIES = 3
"""What the engine takes where a healthcheck says nothing."""

_SIGNALS = {
    129: "SIGHUP",
    130: "SIGINT",
    131: "SIGQUIT",
    134: "SIGABRT",
    137: "SIGKILL",
    139: "SIGSEGV",
    143: "SIGTERM",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """`text` in one line: ready, or what is missing; `reasons` line by line."""

    ready: bool
    text: str
    reasons: tuple[str, ...] = ()


def readiness(container: Container, now: float) -> Readiness:
    """Of one container that is there; `now` in seconds since the epoch."""
    detail = container.detail
    match container.state:
        case RunState.RUNNING:
            return _running(container.health, detail, now)
        case RunState.CREATED:
            return Readiness(ready=False, text="Created, not started yet.", reasons=_error(detail))
        case RunState.PAUSED:
            return Readiness(ready=False, text="Paused: neither it nor its healthcheck runs until it is unpaused.")
        case RunState.RESTARTING:
            again = f" (restart {detail.restart_count})" if detail and detail.restart_count else ""
            ended = f"ended with {code_text(detail)}" if detail else "ended"
            return Readiness(
                ready=False, text=f"It {ended}; the engine starts it again{again}.", reasons=_error(detail)
            )
        case RunState.REMOVING:
            return Readiness(ready=False, text="Being removed.")
        case RunState.DEAD:
            text = "Dead: the engine could not remove it. Remove it by hand."
            return Readiness(ready=False, text=text, reasons=_error(detail))
        case RunState.EXITED:
            return _exited(detail)


def waits_for(service: Service, containers: Mapping[str, Sequence[Container]], now: float) -> tuple[str, ...]:
    """Dependencies of `service` that do not hold yet, each in a line; `containers` by service."""
    found = []
    for dependency in service.depends_on.values():
        missing = _unmet(dependency, containers.get(dependency.service, ()), now)
        if missing:
            optional = "" if dependency.required else " (not required)"
            found.append(f"{dependency.service} {missing}{optional}")
    return tuple(found)


def absent(service: Service, containers: Mapping[str, Sequence[Container]], now: float) -> Readiness:
    """Of a service without a container."""
    waiting = waits_for(service, containers, now)
    text = "Not created." if not waiting else "Not created. Before it can start:"
    return Readiness(ready=False, text=text, reasons=waiting)


def code_text(detail: Detail) -> str:
    """ "code 0", "code 137 (SIGKILL)"."""
    signal = _SIGNALS.get(detail.exit_code)
    return f"code {detail.exit_code} ({signal})" if signal else f"code {detail.exit_code}"


def next_try(detail: Detail, health: HealthState, now: float) -> float | None:
    """Seconds until the engine runs the healthcheck again (0: now); None: it cannot be told."""
    if detail.started is None:
        return None
    interval = detail.interval / _SECOND or _INTERVAL
    if health is HealthState.STARTING and _start_period_left(detail, now) > 0:
        interval = min(interval, detail.start_interval / _SECOND or _START_INTERVAL)
    probes = _since_start(detail)
    last = probes[-1].ended if probes else detail.started
    return max(0.0, last + interval - now)


def _running(health: HealthState, detail: Detail | None, now: float) -> Readiness:
    if health is HealthState.NONE:
        return Readiness(ready=True, text="Running. It has no healthcheck, so running is all that is known of it.")
    if detail is None:
        words = {HealthState.HEALTHY: "Healthy.", HealthState.STARTING: "Not ready: its healthcheck did not pass yet."}
        return Readiness(ready=health is HealthState.HEALTHY, text=words.get(health, "Unhealthy."))
    left = next_try(detail, health, now)
    soon = "" if left is None else ", next try now" if left < 0.5 else f", next try in {_seconds(left)}"
    retries = detail.retries or _RETRIES
    if health is HealthState.HEALTHY:
        if detail.failing_streak:
            text = f"Healthy, but the last {_times(detail.failing_streak)} of {retries} that count failed{soon}."
            return Readiness(ready=True, text=text, reasons=_last(detail))
        return Readiness(ready=True, text=f"Healthy{soon.replace('next try', 'next check')}.")
    if health is HealthState.UNHEALTHY:
        text = f"Unhealthy: the check failed {detail.failing_streak} times in a row ({retries} make it so){soon}."
        return Readiness(ready=False, text=text, reasons=_last(detail))
    grace = _start_period_left(detail, now)
    if grace > 0 and not detail.failing_streak:
        failed = len(_failures(detail))
        tries = f" ({failed} so far)" if failed else ""
        text = f"Not ready: in its start period, failures do not count for another {_seconds(grace)}{tries}{soon}."
    else:
        text = (
            f"Not ready: waits for its healthcheck, try {min(detail.failing_streak + 1, retries)} of {retries}{soon}."
        )
    return Readiness(ready=False, text=text, reasons=_last(detail))


def _exited(detail: Detail | None) -> Readiness:
    if detail is None:
        return Readiness(ready=False, text="Exited.")
    if detail.oom_killed:
        text = f"Killed by the kernel: out of memory ({code_text(detail)}). Give it more, or see what it keeps."
        return Readiness(ready=False, text=text, reasons=_error(detail))
    if detail.error:
        return Readiness(ready=False, text="It could not start.", reasons=_error(detail))
    return Readiness(ready=detail.exit_code == 0, text=f"Exited with {code_text(detail)}.")


def _unmet(dependency: Dependency, containers: Sequence[Container], now: float) -> str:
    """What is missing, in words after the service's name; "": nothing."""
    if not containers:
        return f"must be {_wanted(dependency.condition)}: it is not created"
    for container in containers:
        detail = container.detail
        match dependency.condition:
            case Condition.STARTED:
                if container.state is RunState.CREATED:
                    return "must be started: it is created only"
                if container.state in (RunState.EXITED, RunState.DEAD):
                    return "must be started: it is not running"
            case Condition.HEALTHY:
                if container.state is RunState.RUNNING and container.health is HealthState.NONE:
                    return "must be healthy: it has no healthcheck, so it never will be"
                if container.state is not RunState.RUNNING or container.health is not HealthState.HEALTHY:
                    return f"must be healthy: {_uncapitalised(readiness(container, now).text)}"
            case Condition.COMPLETED:
                if container.state is not RunState.EXITED:
                    return f"must have ended with code 0: it is {container.state.value}"
                if detail is not None and detail.exit_code:
                    return f"must have ended with code 0: it ended with {code_text(detail)}"
    return ""


def _wanted(condition: Condition) -> str:
    words = {Condition.STARTED: "started", Condition.HEALTHY: "healthy", Condition.COMPLETED: "done (code 0)"}
    return words[condition]


def _start_period_left(detail: Detail, now: float) -> float:
    return 0.0 if detail.started is None else detail.started + detail.start_period / _SECOND - now


def _since_start(detail: Detail) -> list[Probe]:
    """The engine keeps the probes of the run before; they say nothing of this one."""
    return [probe for probe in detail.probes if detail.started is None or probe.started >= detail.started]


def _failures(detail: Detail) -> list[Probe]:
    return [probe for probe in _since_start(detail) if probe.exit_code]


def _last(detail: Detail) -> tuple[str, ...]:
    """What the last failed try said."""
    failed = _failures(detail)
    if not failed:
        return ()
    lines = failed[-1].output.strip().splitlines()
    said = f": {lines[-1]}" if lines else ", without a word"
    return (f"The last failure gave code {failed[-1].exit_code}{said}",)


def _error(detail: Detail | None) -> tuple[str, ...]:
    return (detail.error,) if detail and detail.error else ()


def _times(count: int) -> str:
    return "try" if count == 1 else f"{count} tries"


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _uncapitalised(text: str) -> str:
    return text[0].lower() + text[1:].rstrip(".")
