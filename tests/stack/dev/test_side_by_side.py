"""dev and stage run at the same time: both are ready, each with its own data, and dev open to the host."""

from __future__ import annotations

import psycopg
import redis

from tests.eventually import eventually
from tests.stack.stack import Stack

STAY_UP = ("api", "worker", "postgres", "redis")


def healths(stack: Stack) -> set[str]:
    """The health of all that stays up."""
    return {one.health for service in STAY_UP for one in stack.containers(service)}


async def test_dev_and_stage_run_side_by_side(dev: Stack, stage: Stack) -> None:
    for stack in (dev, stage):
        await stack.says("ready")
        await eventually(lambda stack=stack: healths(stack) == {"healthy"}, timeout=30)


def test_they_share_no_data(dev: Stack, stage: Stack) -> None:
    id = dev.submit("digest", {"text": "only here"})
    assert stage.ask(f"/jobs/{id}").status == 404


def test_dev_reaches_everything_from_the_host(dev: Stack) -> None:
    host = "127.0.0.1"
    with psycopg.connect(
        host=host, port=dev.port("postgres", 5432), user="jobs", dbname="jobs", password="dev"
    ) as connection:
        assert connection.execute("SELECT count(*) FROM schema_migrations").fetchone() == (3,)
    with redis.Redis(host=host, port=dev.port("redis", 6379), password="dev") as client:
        assert client.ping()
