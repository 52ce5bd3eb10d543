"""The jobs as PostgreSQL knows them: the truth; Redis only carries their ids."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from jobs.database import Pool
from jobs.tracing import Tracing

STATUSES = ("queued", "running", "done", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row. `attempts` counts the current one too; `worker` is who has or had it last."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    status: str
    attempts: int
    max_attempts: int
    result: Any = None
    error: str | None = None
    worker: str | None = None
    request_id: str | None = None
    traceparent: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values: the id as text, times in ISO 8601."""
        plain = asdict(self)
        for name, value in plain.items():
            if isinstance(value, datetime):
                plain[name] = value.isoformat()
        return plain | {"id": str(self.id)}


_COLUMNS = ", ".join(field.name for field in fields(Job))
"""By name, so that a column which a later version has added does not disturb this one."""


class Store:
    """Reads and changes jobs; every change is one statement, so there is nothing to roll back."""

    def __init__(self, pool: Pool, tracing: Tracing) -> None:
        self._pool = pool
        self._tracing = tracing

    async def add(
        self, kind: str, payload: dict[str, Any], max_attempts: int, *, request_id: str | None, traceparent: str | None
    ) -> Job:
        """A new queued job; `request_id` and `traceparent` tell where it comes from."""
        rows = await self._rows(
            "INSERT INTO jobs (id, kind, payload, max_attempts, request_id, traceparent)"
            f" VALUES (%s, %s, %s, %s, %s, %s) RETURNING {_COLUMNS}",
            uuid4(), kind, Jsonb(payload), max_attempts, request_id, traceparent,
        )  # fmt: skip
        return rows[0]

    async def drop(self, id: UUID) -> None:
        """Forget a job nobody has begun."""
        await self._rows(f"DELETE FROM jobs WHERE id = %s AND status = 'queued' RETURNING {_COLUMNS}", id)

    async def get(self, id: UUID) -> Job | None:
        """The job of that id."""
        rows = await self._rows(f"SELECT {_COLUMNS} FROM jobs WHERE id = %s", id)
        return rows[0] if rows else None

    async def newest(self, *, status: str | None, limit: int) -> list[Job]:
        """The latest jobs, newest first."""
        return await self._rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE %s::text IS NULL OR status = %s"
            " ORDER BY created_at DESC, id DESC LIMIT %s",
            status, status, limit,
        )  # fmt: skip

    async def begin(self, id: UUID, worker: str) -> Job | None:
        """Take a queued job for `worker`; None if it is unknown, finished, or somebody else's already."""
        rows = await self._rows(
            "UPDATE jobs SET status = 'running', attempts = attempts + 1, worker = %s, started_at = now()"
            f" WHERE id = %s AND status = 'queued' RETURNING {_COLUMNS}",
            worker, id,
        )  # fmt: skip
        return rows[0] if rows else None

    async def finish(self, job: Job, result: Any) -> bool:
        """Done; False if the job was taken away in the meantime."""
        return await self._end(job, "done", result=result)

    async def fail(self, job: Job, error: str) -> bool:
        """Given up; False if the job was taken away in the meantime."""
        return await self._end(job, "failed", error=error)

    async def retry(self, job: Job, error: str) -> bool:
        """Queued again after a failed attempt; False if the job was taken away in the meantime."""
        rows = await self._rows(
            "UPDATE jobs SET status = 'queued', error = %s"
            f" WHERE id = %s AND status = 'running' AND worker = %s RETURNING {_COLUMNS}",
            error, job.id, job.worker,
        )  # fmt: skip
        return bool(rows)

    async def give_back(self, id: UUID, worker: str, *, blameless: bool) -> Job | None:
        """Queued again because `worker` stops (blameless: the attempt does not count) or has died (it does).

        The job as it is now; None if it was not the worker's.
        """
        rows = await self._rows(
            "UPDATE jobs SET status = CASE WHEN %(free)s OR attempts < max_attempts THEN 'queued' ELSE 'failed' END,"
            " attempts = attempts - CASE WHEN %(free)s THEN 1 ELSE 0 END,"
            " error = CASE WHEN %(free)s THEN error ELSE 'the worker died' END,"
            " finished_at = CASE WHEN %(free)s OR attempts < max_attempts THEN NULL ELSE now() END"
            f" WHERE id = %(id)s AND status = 'running' AND worker = %(worker)s RETURNING {_COLUMNS}",
            free=blameless, id=id, worker=worker,
        )  # fmt: skip
        return rows[0] if rows else None

    async def waiting(self, *, seconds: float, limit: int) -> list[Job]:
        """Jobs that have been queued for longer than `seconds`, oldest first."""
        return await self._rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE status = 'queued' AND created_at < now() - make_interval(secs => %s)"
            " ORDER BY created_at LIMIT %s",
            seconds, limit,
        )  # fmt: skip

    async def overdue(self, *, seconds: float, limit: int) -> list[Job]:
        """Jobs that have been running for longer than `seconds`, oldest first."""
        return await self._rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE status = 'running' AND started_at < now() - make_interval(secs => %s)"
            " ORDER BY started_at LIMIT %s",
            seconds, limit,
        )  # fmt: skip

    async def oldest_seconds(self) -> float:
        """How long the oldest queued job has been waiting, 0 if none is."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds"
                " FROM jobs WHERE status = 'queued'"
            )
            row = await cursor.fetchone()
            return float(row["seconds"]) if row else 0.0

    async def ping(self) -> None:
        """Return once PostgreSQL has answered a query."""
        async with self._pool.connection() as connection:
            await connection.execute("SELECT 1")

    async def _end(self, job: Job, status: str, *, result: Any = None, error: str | None = None) -> bool:
        rows = await self._rows(
            "UPDATE jobs SET status = %s, result = %s, error = %s, finished_at = now()"
            f" WHERE id = %s AND status = 'running' AND worker = %s RETURNING {_COLUMNS}",
            status, Jsonb(result), error, job.id, job.worker,
        )  # fmt: skip
        return bool(rows)

    async def _rows(self, statement: str, *positional: Any, **named: Any) -> list[Job]:
        facts = {"db.system.name": "postgresql", "db.query.text": statement}
        with self._tracing.within(f"{statement.partition(' ')[0]} jobs", **facts):
            async with self._pool.connection() as connection:
                cursor = await connection.execute(statement, named or positional)
                return [Job(**row) for row in await cursor.fetchall()]
