"""Jobs are done at least once, retried, given up in the end, and never lost with their worker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.eventually import eventually
from tests.stack.stack import Stack


@pytest.fixture
async def workers(stage: Stack) -> AsyncIterator[Stack]:
    """The stage stack with all its workers at work, before and after."""
    await eventually(lambda: {worker.health for worker in stage.containers("worker")} == {"healthy"}, timeout=30)
    yield stage
    for worker in stage.containers("worker"):
        worker.start()


def log_of_workers(stack: Stack) -> list[dict[str, object]]:
    """What all of them wrote, by time."""
    lines = [json.loads(line) for worker in stack.containers("worker") for line in worker.logs().splitlines()]
    return sorted(lines, key=lambda line: str(line["ts"]))


def in_redis(stack: Stack, *words: str) -> None:
    """Run one command in Redis."""
    command = f"REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli {' '.join(words)}"
    done = stack.container("redis").exec_run(["sh", "-c", command])
    assert done.output.strip() in (b"OK", b"1"), done.output


async def begun(stack: Stack, id: str) -> None:
    await eventually(lambda: stack.job(id)["status"] == "running", timeout=30)


async def test_a_failing_job_is_tried_again_until_it_succeeds(stage: Stack) -> None:
    id = stage.submit("flaky", {"failures": 2})

    job = await stage.ended(id)

    assert (job["status"], job["attempts"], job["result"]) == ("done", 3, {"attempts": 3})
    again = [line for line in log_of_workers(stage) if line.get("job") == id and "in_seconds" in line]
    assert [line["in_seconds"] for line in again] == [0.1, 0.2]


async def test_a_job_that_keeps_failing_is_given_up_with_its_error(stage: Stack) -> None:
    id = stage.submit("flaky", {"failures": 9}, max_attempts=2)

    job = await stage.ended(id)

    assert (job["status"], job["attempts"]) == ("failed", 2)
    assert job["error"] == "RuntimeError: attempt 2 of 9 that were asked to fail"


async def test_a_payload_that_does_not_fit_is_not_tried_again(stage: Stack) -> None:
    id = stage.submit("sleep", {"seconds": "long"})

    job = await stage.ended(id)

    assert (job["status"], job["attempts"]) == ("failed", 1)
    assert "seconds" in job["error"]


async def test_two_workers_share_the_jobs(stage: Stack) -> None:
    ids = [stage.submit("sleep", {"seconds": 0.3}) for _ in range(4)]

    jobs = [await stage.ended(id) for id in ids]

    assert len({job["worker"] for job in jobs}) == 2


async def test_a_stopped_worker_finishes_the_job_it_has(workers: Stack) -> None:
    id = workers.submit("sleep", {"seconds": 0.6})
    await begun(workers, id)

    for worker in workers.containers("worker"):
        worker.stop()

    job = workers.job(id)
    assert (job["status"], job["attempts"]) == ("done", 1)
    assert [worker.attrs["State"]["ExitCode"] for worker in workers.containers("worker")] == [0, 0]


async def test_a_stopped_worker_gives_back_what_takes_too_long(workers: Stack) -> None:
    id = workers.submit("sleep", {"seconds": 5})
    await begun(workers, id)

    for worker in workers.containers("worker"):
        worker.stop()

    job = workers.job(id)
    assert (job["status"], job["attempts"]) == ("queued", 0)
    for worker in workers.containers("worker"):
        worker.start()
    assert (await workers.ended(id))["status"] == "done"


async def test_a_killed_worker_takes_up_its_job_when_it_is_back(workers: Stack) -> None:
    id = workers.submit("sleep", {"seconds": 3})
    await begun(workers, id)

    for worker in workers.containers("worker"):
        worker.kill()
    assert workers.job(id)["status"] == "running"
    for worker in workers.containers("worker"):
        worker.start()

    job = await workers.ended(id)
    assert (job["status"], job["attempts"]) == ("done", 2)


async def test_the_job_of_a_dead_worker_goes_to_another(workers: Stack) -> None:
    id = workers.submit("sleep", {"seconds": 3})
    await begun(workers, id)
    had_it = workers.job(id)["worker"]
    (dead,) = [worker for worker in workers.containers("worker") if had_it.startswith(str(worker.short_id))]

    dead.kill()
    in_redis(workers, "del", f"jobs:alive:{had_it}")  # what 15 seconds without a word come to

    job = await workers.ended(id)
    assert job["status"] == "done"
    assert job["worker"] != had_it


async def test_a_job_that_redis_has_lost_is_found_in_postgres(workers: Stack) -> None:
    for worker in workers.containers("worker"):
        worker.stop()
    id = workers.submit("digest", {"text": "lost"})
    in_redis(workers, "flushall")
    aged = "UPDATE jobs SET created_at = now() - interval '1 minute' WHERE status = 'queued'"
    assert workers.container("postgres").exec_run(["psql", "-U", "jobs", "-d", "jobs", "-c", aged]).exit_code == 0

    for worker in workers.containers("worker"):
        worker.start()

    assert (await workers.ended(id))["status"] == "done"
