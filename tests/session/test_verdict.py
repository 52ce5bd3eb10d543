"""What an inspected container means to those who wait for it."""

from __future__ import annotations

from typing import Any

import pytest

from devbox.compose.model import Condition
from devbox.plan.observed import Container, Detail, HealthState, Probe, RunState
from devbox.session.verdict import Failed, Met, Unmet, Verdict, judge


def container(state: RunState, health: HealthState = HealthState.NONE, **detail: Any) -> Container:
    return Container(id="1", name="a-1", project="p", service="a", state=state, health=health, detail=Detail(**detail))


@pytest.mark.parametrize(
    ("found", "condition", "verdict"),
    [
        (container(RunState.RUNNING), Condition.STARTED, Met),
        (container(RunState.RUNNING, HealthState.STARTING, test=("CMD", "x")), Condition.STARTED, Unmet),
        (container(RunState.RUNNING, HealthState.HEALTHY, test=("CMD", "x")), Condition.HEALTHY, Met),
        (container(RunState.RUNNING, HealthState.UNHEALTHY, test=("CMD", "x")), Condition.HEALTHY, Failed),
        (container(RunState.RUNNING, test=("NONE",)), Condition.HEALTHY, Failed),
        (container(RunState.RUNNING), Condition.COMPLETED, Unmet),
        (container(RunState.EXITED), Condition.COMPLETED, Met),
        (container(RunState.EXITED, exit_code=1), Condition.COMPLETED, Failed),
        (container(RunState.EXITED), Condition.STARTED, Failed),
        (container(RunState.CREATED), Condition.HEALTHY, Unmet),
        (container(RunState.RESTARTING, restart_count=3), Condition.STARTED, Unmet),
        (container(RunState.RESTARTING, restart_count=30), Condition.STARTED, Failed),
    ],
)
def test_verdict(found: Container, condition: Condition, verdict: type[Verdict]) -> None:
    assert isinstance(judge(found, condition), verdict)


def test_unhealthy_says_what_the_check_said() -> None:
    probe = Probe(started=0, ended=0, exit_code=2, output="one\nno response\n")
    found = container(RunState.RUNNING, HealthState.UNHEALTHY, test=("CMD", "x"), failing_streak=3, probes=(probe,))
    assert judge(found, Condition.HEALTHY) == Failed(
        "a-1 is unhealthy after 3 tries (exit 2: no response)", hint="its check: x"
    )


def test_out_of_memory_is_said() -> None:
    verdict = judge(container(RunState.EXITED, oom_killed=True, exit_code=137), Condition.STARTED)
    assert isinstance(verdict, Failed)
    assert "ran out of memory" in verdict.why
