"""How a state is shown: always a symbol and a word, and a tone for those who see colours."""

from __future__ import annotations

from enum import Enum

from devbox.plan.observed import Container, HealthState, RunState
from devbox.record import dataclass
from devbox.session.state import Phase, ServiceRow, State


class Tone(Enum):
    """What a colour would say; the values are the component classes' names."""

    GOOD = "good"
    BUSY = "busy"
    BAD = "bad"
    OFF = "off"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Status:
    """`rank` orders by how much it matters to the user: the highest speaks for the service."""

    symbol: str
    word: str
    tone: Tone
    rank: int = 0


ABSENT = Status("○", "not created", Tone.OFF, 1)
UNSEEN = Status("?", "unknown", Tone.OFF, 1)
DISABLED = Status("–", "disabled", Tone.OFF, 0)

_PLAIN = {
    RunState.CREATED: Status("◌", "created", Tone.OFF, 2),
    RunState.RUNNING: Status("●", "running", Tone.GOOD, 3),
    RunState.PAUSED: Status("‖", "paused", Tone.BUSY, 5),
    RunState.RESTARTING: Status("↻", "restarting", Tone.BAD, 7),
    RunState.REMOVING: Status("◌", "removing", Tone.BUSY, 4),
    RunState.DEAD: Status("✗", "dead", Tone.BAD, 9),
}

_HEALTH = {
    HealthState.NONE: Status("·", "–", Tone.OFF, 0),
    HealthState.STARTING: Status("◐", "starting", Tone.BUSY, 6),
    HealthState.HEALTHY: Status("●", "healthy", Tone.GOOD, 3),
    HealthState.UNHEALTHY: Status("▲", "unhealthy", Tone.BAD, 8),
}


def run_status(container: Container) -> Status:
    """The state, with the exit code where it ended."""
    if container.state is not RunState.EXITED:
        return _PLAIN[container.state]
    code = container.detail.exit_code if container.detail else 0
    if container.detail and container.detail.oom_killed:
        return Status("✗", "out of memory", Tone.BAD, 9)
    if code == 0:
        return Status("✓" if container.detail else "■", "exited", Tone.OFF, 2)
    # 137 and 143: ended by a signal, which is how `stop` ends what does not listen.
    tone = Tone.OFF if code in (137, 143) else Tone.BAD
    return Status("■" if tone is Tone.OFF else "✗", f"exited {code}", tone, 2 if tone is Tone.OFF else 8)


def health_status(container: Container) -> Status | None:
    """The verdict of its healthcheck while it runs, with the tries; None: nothing to say."""
    if container.state is not RunState.RUNNING:
        return None
    status = _HEALTH[container.health]
    if container.health is HealthState.UNHEALTHY and container.detail and container.detail.failing_streak > 1:
        return Status(status.symbol, f"unhealthy ×{container.detail.failing_streak}", status.tone, status.rank)
    return status


def container_status(container: Container) -> Status:
    """State and health in one."""
    checked = container.health is not HealthState.NONE
    return (checked and health_status(container)) or run_status(container)


def service_status(row: ServiceRow) -> Status:
    """The most telling of its replicas, with how many of them run if they are several."""
    if not row.containers:
        absent = UNSEEN if row.unseen else ABSENT
        return DISABLED if row.disabled else absent
    worst = _with_files(
        row, max((container_status(container) for container in row.containers), key=lambda status: status.rank)
    )
    wanted = row.service.replicas if row.service else len(row.containers)
    running = sum(container.state is RunState.RUNNING for container in row.containers)
    if max(wanted, len(row.containers)) < 2:
        return worst
    return Status(worst.symbol, f"{running}/{wanted} {worst.word}", worst.tone, worst.rank)


def is_ready(row: ServiceRow) -> bool:
    """It does what it is for, or it is a job that has done its work: it exited with 0 and nothing starts it again."""
    return service_status(row).tone is Tone.GOOD or _finished(row)


def _finished(row: ServiceRow) -> bool:
    keeps = row.service.restart if row.service else ""
    return (
        bool(row.containers)
        and keeps in ("", "no", "on-failure")
        and all(c.state is RunState.EXITED and c.detail is not None and c.detail.exit_code == 0 for c in row.containers)
    )


def ready(state: State) -> tuple[int, int]:
    """How many of the files' services are ready, and how many there are."""
    rows = services(state)
    return sum(map(is_ready, rows)), len(rows)


def services(state: State) -> list[ServiceRow]:
    """The rows of the files' services, without those that their profiles leave out and of which nothing is there."""
    return [row for row in state.rows if row.service and (not row.disabled or row.containers)]


def _with_files(row: ServiceRow, status: Status) -> Status:
    """It is not ready before it has the files that are owed to it."""
    if not row.owed or status.tone is not Tone.GOOD:
        return status
    return Status("◐", f"{row.owed} to come", Tone.BUSY, 6)


PHASES = {
    Phase.PENDING: Status("·", "waiting", Tone.OFF),
    Phase.RUNNING: Status("◐", "running", Tone.BUSY),
    Phase.DONE: Status("✓", "done", Tone.GOOD),
    Phase.FAILED: Status("✗", "failed", Tone.BAD),
    Phase.SKIPPED: Status("–", "skipped", Tone.OFF),
    Phase.CANCELLED: Status("■", "cancelled", Tone.OFF),
}
"""For steps and operations."""
