"""The why-not-ready line, case by case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.compose.model import Condition, Dependency, Service
from devbox.plan.observed import Container, Detail, HealthState, Probe, RunState
from devbox.plan.readiness import absent, readiness, waits_for
from tests.tui_panes.stack import CHECK, NOW, SECOND, container, failing

STARTING = HealthState.STARTING
FAILED = Probe(started=NOW - 2.1, ended=NOW - 2, exit_code=1, output="first\nlast words\n")
PASSED = replace(FAILED, exit_code=0, output="ok")


@pytest.mark.parametrize(
    ("one", "ready", "text"),
    [
        (container("api"), True, "Running. It has no healthcheck, so running is all that is known of it."),
        (failing(), False, "Not ready: waits for its healthcheck, try 3 of 5, next try in 3 s."),
        (
            container("api", health=STARTING, detail=replace(CHECK, started=NOW - 1)),
            False,
            "Not ready: waits for its healthcheck, try 1 of 5, next try in 4 s.",
        ),
        (
            container("api", health=STARTING, detail=replace(CHECK, started=NOW - 6)),
            False,
            "Not ready: waits for its healthcheck, try 1 of 5, next try now.",
        ),
        (
            container("api", health=STARTING, detail=replace(CHECK, start_period=60 * SECOND, probes=(FAILED,))),
            False,
            "Not ready: in its start period, failures do not count for another 40 s (1 so far), next try in 3 s.",
        ),
        (
            container(
                "api",
                health=STARTING,
                detail=replace(CHECK, start_period=60 * SECOND, start_interval=4 * SECOND, probes=(FAILED, FAILED)),
            ),
            False,
            "Not ready: in its start period, failures do not count for another 40 s (2 so far), next try in 2 s.",
        ),
        (
            container("api", health=STARTING, detail=Detail(started=NOW - 10)),
            False,
            "Not ready: waits for its healthcheck, try 1 of 3, next try in 20 s.",
        ),
        (container("api", health=STARTING, detail=None), False, "Not ready: its healthcheck did not pass yet."),
        (
            container("api", health=HealthState.HEALTHY, detail=replace(CHECK, probes=(PASSED,))),
            True,
            "Healthy, next check in 3 s.",
        ),
        (
            container("api", health=HealthState.HEALTHY, detail=replace(CHECK, probes=(FAILED,), failing_streak=2)),
            True,
            "Healthy, but the last 2 tries of 5 that count failed, next try in 3 s.",
        ),
        (
            container("api", health=HealthState.UNHEALTHY, detail=replace(CHECK, probes=(FAILED,), failing_streak=9)),
            False,
            "Unhealthy: the check failed 9 times in a row (5 make it so), next try in 3 s.",
        ),
        (container("api", state=RunState.CREATED), False, "Created, not started yet."),
        (
            container("api", state=RunState.PAUSED),
            False,
            "Paused: neither it nor its healthcheck runs until it is unpaused.",
        ),
        (
            container("api", state=RunState.RESTARTING, detail=Detail(exit_code=1, restart_count=7)),
            False,
            "It ended with code 1; the engine starts it again (restart 7).",
        ),
        (container("api", state=RunState.EXITED, detail=Detail()), True, "Exited with code 0."),
        (container("api", state=RunState.EXITED, detail=Detail(exit_code=3)), False, "Exited with code 3."),
        (
            container("api", state=RunState.EXITED, detail=Detail(exit_code=143)),
            False,
            "Exited with code 143 (SIGTERM).",
        ),
        (
            container("api", state=RunState.EXITED, detail=Detail(exit_code=137, oom_killed=True)),
            False,
            "Killed by the kernel: out of memory (code 137 (SIGKILL)). Give it more, or see what it keeps.",
        ),
        (
            container("api", state=RunState.EXITED, detail=Detail(exit_code=127, error="no such file")),
            False,
            "It could not start.",
        ),
    ],
)
def test_a_container(one: Container, ready: bool, text: str) -> None:
    verdict = readiness(one, NOW)
    assert (verdict.text, verdict.ready) == (text, ready)


def test_the_last_failure_speaks() -> None:
    one = container("api", health=STARTING, detail=replace(CHECK, probes=(FAILED, PASSED)))
    assert readiness(one, NOW).reasons == ("The last failure gave code 1: last words",)


def test_probes_of_the_run_before_do_not_count() -> None:
    again = replace(CHECK, started=NOW - 1, start_period=60 * SECOND, probes=(FAILED, FAILED))
    verdict = readiness(container("api", health=STARTING, detail=again), NOW)
    assert verdict.text == ("Not ready: in its start period, failures do not count for another 59 s, next try in 4 s.")
    assert verdict.reasons == ()


def test_why_it_could_not_start_is_said() -> None:
    one = container("api", state=RunState.EXITED, detail=Detail(exit_code=127, error="exec: no such file"))
    assert readiness(one, NOW).reasons == ("exec: no such file",)


@pytest.mark.parametrize(
    ("condition", "others", "missing"),
    [
        (Condition.STARTED, (), ("db must be started: it is not created",)),
        (Condition.STARTED, (container("db"),), ()),
        (Condition.STARTED, (container("db", state=RunState.EXITED),), ("db must be started: it is not running",)),
        (Condition.HEALTHY, (container("db", health=HealthState.HEALTHY),), ()),
        (Condition.HEALTHY, (container("db"),), ("db must be healthy: it has no healthcheck, so it never will be",)),
        (
            Condition.HEALTHY,
            (replace(failing(), service="db"),),
            ("db must be healthy: not ready: waits for its healthcheck, try 3 of 5, next try in 3 s",),
        ),
        (Condition.COMPLETED, (container("db"),), ("db must have ended with code 0: it is running",)),
        (Condition.COMPLETED, (container("db", state=RunState.EXITED, detail=Detail()),), ()),
        (
            Condition.COMPLETED,
            (container("db", state=RunState.EXITED, detail=Detail(exit_code=2)),),
            ("db must have ended with code 0: it ended with code 2",),
        ),
    ],
)
def test_a_dependency(condition: Condition, others: tuple[Container, ...], missing: tuple[str, ...]) -> None:
    service = Service(name="api", depends_on={"db": Dependency(service="db", condition=condition)})
    assert waits_for(service, {"db": others}, NOW) == missing


def test_a_service_without_container_names_what_it_waits_for() -> None:
    optional = Dependency(service="db", condition=Condition.HEALTHY, required=False)
    verdict = absent(Service(name="api", depends_on={"db": optional}), {}, NOW)
    assert verdict.text == "Not created. Before it can start:"
    assert verdict.reasons == ("db must be healthy: it is not created (not required)",)
