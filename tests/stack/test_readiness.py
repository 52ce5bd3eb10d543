"""Ready, degraded and down are told apart, quickly, and left again by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.stack.stack import Stack


@contextmanager
def frozen(stack: Stack, service: str) -> Iterator[None]:
    """The service's processes stand still: connections are taken and never answered."""
    container = stack.container(service)
    container.pause()
    try:
        yield
    finally:
        container.unpause()


@contextmanager
def stopped(stack: Stack, service: str) -> Iterator[None]:
    container = stack.container(service)
    container.stop()
    try:
        yield
    finally:
        container.start()


async def test_ready_names_what_it_has_checked(stage: Stack) -> None:
    answer = await stage.says("ready")
    assert answer.status == 200
    assert {name: check["ok"] for name, check in answer.body["checks"].items()} == {"postgres": True, "redis": True}


async def test_without_redis_it_is_degraded_and_reads_work(stage: Stack) -> None:
    id = stage.submit("digest", {"text": "before"})
    with stopped(stage, "redis"):
        answer = await stage.says("degraded")
        assert answer.status == 200
        assert stage.ask("/health/ready?strict=1").status == 503
        assert stage.job(id)["id"] == id

        refused = stage.ask("/jobs", {"kind": "digest", "payload": {"text": "now"}})
        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        assert "Redis" in refused.body["error"]
    await stage.says("ready")


async def test_a_job_that_was_refused_is_not_kept(stage: Stack) -> None:
    known = {job["id"] for job in stage.ask("/jobs?limit=500").body["jobs"]}
    with stopped(stage, "redis"):
        assert stage.ask("/jobs", {"kind": "digest", "payload": {"text": "now"}}).status == 503
        assert {job["id"] for job in stage.ask("/jobs?limit=500").body["jobs"]} == known
    await stage.says("ready")


async def test_a_frozen_redis_does_not_freeze_the_check(stage: Stack) -> None:
    with frozen(stage, "redis"):
        answer = await stage.says("degraded")
        assert answer.status == 200
        assert answer.body["checks"]["redis"]["error"] == "no answer within 1 s"
    await stage.says("ready")


async def test_without_postgres_it_is_down_but_alive(stage: Stack) -> None:
    with stopped(stage, "postgres"):
        answer = await stage.says("down")
        assert answer.status == 503
        assert answer.body["checks"]["redis"]["ok"]
        assert stage.ask("/health/live").status == 200
        assert stage.ask("/jobs").status == 503
    await stage.says("ready")


async def test_a_frozen_postgres_is_noticed_by_every_one_who_asks(stage: Stack) -> None:
    with frozen(stage, "postgres"):
        for _ in range(3):
            answer = await stage.says("down")
            assert answer.status == 503
            assert answer.body["checks"]["postgres"]["error"] == "no answer within 1 s"
        assert stage.ask("/jobs").status == 503
    await stage.says("ready")


async def test_work_goes_on_after_an_outage_of_both(stage: Stack) -> None:
    with frozen(stage, "postgres"), frozen(stage, "redis"):
        await stage.says("down")

    id = stage.submit("digest", {"text": "after"})

    assert (await stage.ended(id))["status"] == "done"
