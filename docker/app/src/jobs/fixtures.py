"""Test data: jobs of every kind and end, the same under the same ids each time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg.types.json import Jsonb

from jobs.kinds import KINDS
from jobs.settings import Settings
from jobs.store import Job

log = logging.getLogger(__name__)

COUNT = 24
_NAMESPACE = UUID("6a6f6273-0000-4000-8000-000000000000")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_PLAIN = (
    "id",
    "kind",
    "status",
    "attempts",
    "max_attempts",
    "error",
    "worker",
    "created_at",
    "started_at",
    "finished_at",
)
_JSON = ("payload", "result")


def run(settings: Settings) -> int:
    """Exit code of `python -m jobs fixtures`: 0 with all of it as it should be, 1 with everything as it was before."""
    try:
        with psycopg.connect(
            host=settings.database_host,
            port=settings.database_port,
            dbname=settings.database_name,
            user=settings.database_user,
            password=settings.database_password,
            application_name="jobs-fixtures",
            connect_timeout=10,
        ) as connection:
            connection.cursor().executemany(_statement(), [_row(job) for job in jobs()])
    except psycopg.Error as error:
        log.error("no fixtures, nothing was changed", extra={"error": str(error).strip()})
        return 1
    log.info("the fixtures are in place", extra={"jobs": COUNT})
    return 0


def jobs() -> Iterator[Job]:
    """The jobs, each as it ends where a worker does it; a minute between one and the next."""
    for number in range(COUNT):
        kind, payload = _asked(number)
        at = _FIRST + timedelta(minutes=number)
        yield _done(
            Job(
                id=uuid5(_NAMESPACE, f"fixture {number}"),
                kind=kind,
                payload=payload,
                status="queued",
                attempts=0,
                max_attempts=3,
                worker="fixtures",
                created_at=at,
                started_at=at + timedelta(seconds=1),
                finished_at=at + timedelta(seconds=2),
            )
        )


def _asked(number: int) -> tuple[str, dict[str, Any]]:
    """Every fourth job alike; of those that may fail, every second does so for good."""
    turn = number // 4
    return [
        ("digest", {"text": f"fixture {number}"}),
        ("primes", {"below": 1000 * (turn + 1)}),
        ("sleep", {"seconds": 0}),
        ("flaky", {"failures": 1 if turn % 2 else 3}),
    ][number % 4]


def _done(job: Job) -> Job:
    while job.attempts < job.max_attempts:
        job = replace(job, attempts=job.attempts + 1)
        try:
            return replace(job, status="done", result=asyncio.run(_attempt(job)), error=None)
        except RuntimeError as error:
            job = replace(job, status="failed", error=f"{type(error).__name__}: {error}")
    return job


async def _attempt(job: Job) -> Any:
    return await KINDS[job.kind](job)


def _row(job: Job) -> list[Any]:
    return [*(getattr(job, column) for column in _PLAIN), *(Jsonb(getattr(job, column)) for column in _JSON)]


def _statement() -> str:
    columns = (*_PLAIN, *_JSON)
    changed = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO jobs ({', '.join(columns)}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {changed}"
