"""Whatever is restarted or killed under load, no job that was accepted is lost."""

from __future__ import annotations

import pytest

from tests.eventually import eventually
from tests.stack.load import Load, load
from tests.stack.stack import Stack

JOBS = 1000
pytestmark = pytest.mark.timeout(400)


async def all_done(stack: Stack, running: Load) -> None:
    """Wait until no job is left to do, and see that each which a client was told of is done."""
    open = "/jobs?limit=1&status="
    for status in ("queued", "running"):
        await eventually(lambda status=status: not stack.ask(open + status).body["jobs"], timeout=200)
    assert {stack.job(id)["status"] for id in running.accepted} == {"done"}


async def test_none_of_1000_jobs_is_lost_when_all_is_restarted_and_a_worker_killed(stage: Stack) -> None:
    with load(stage, limit=JOBS) as running:
        await eventually(lambda: len(running.accepted) > JOBS // 10, timeout=60)
        killed = stage.containers("worker")[0]
        killed.kill("SIGKILL")
        killed.start()
        stage.devbox("restart", "api", "worker")

    await all_done(stage, running)
    assert len(set(running.accepted)) == JOBS
    assert running.recorded() == {"done": JOBS}, "as many as clients were told of"
    assert set(running.answers) <= {202, 0}, "whoever was answered at all was answered properly"


async def test_postgres_killed_under_load_is_told_and_gone_on_with(stage: Stack) -> None:
    with load(stage) as running:
        await eventually(lambda: len(running.accepted) > 20, timeout=60)
        stage.container("postgres").kill("SIGKILL")
        assert (await stage.says("down")).status == 503
        stage.container("postgres").start()
        await stage.says("ready")
        before = len(running.accepted)
        await eventually(lambda: len(running.accepted) > before + 20, timeout=60)

    await all_done(stage, running)
    assert set(running.answers) <= {202, 503}
    assert running.answers[503] > 0


async def test_redis_restarted_under_load_refuses_with_a_reason_and_goes_on(stage: Stack) -> None:
    with load(stage) as running:
        await eventually(lambda: len(running.accepted) > 20, timeout=60)
        stage.container("redis").stop()
        await stage.says("degraded")
        assert stage.ask(f"/jobs/{running.accepted[0]}").status == 200
        stage.container("redis").start()
        await stage.says("ready")
        before = len(running.accepted)
        await eventually(lambda: len(running.accepted) > before + 20, timeout=60)

    await all_done(stage, running)
    assert set(running.answers) <= {202, 503}
    assert running.answers[503] > 0
