"""The schema: numbered SQL files, each applied once, in order, by a process of its own before the others start."""

from __future__ import annotations

import logging
import time
from importlib import resources

import psycopg
from psycopg import Connection, sql
from psycopg.rows import DictRow, dict_row

from jobs.database import UNREACHABLE, Pool, arguments
from jobs.settings import Settings

log = logging.getLogger(__name__)

_LOCK = 0x6A6F6273
"""Key of the advisory lock: "jobs" in ASCII. Any number will do that nobody else uses in this database."""

_TABLE = (
    "CREATE TABLE IF NOT EXISTS schema_migrations"
    " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
)


class WrongMigration(Exception):
    """PostgreSQL refused a migration; the message says which, where and why."""


def run(settings: Settings, *, patience: float = 30.0) -> int:
    """Exit code of `python -m jobs migrate`: 0 with the schema up to date, 1 with everything as it was before."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with psycopg.connect(**arguments(settings, name="jobs-migrate"), row_factory=dict_row) as connection:
                applied = migrate(connection)
            log.info("the schema is up to date", extra={"applied": applied})
            return 0
        except WrongMigration as error:
            log.error("not migrated, the schema is as it was before", extra={"error": str(error)})
            return 1
        except UNREACHABLE as error:
            if time.monotonic() >= deadline:
                log.error("not migrated, postgres is away", extra={"error": str(error).strip()})
                return 1
            log.warning("waiting for postgres", extra={"error": str(error).strip()})
            time.sleep(0.5)


def migrate(connection: Connection[DictRow]) -> int:
    """Apply what is missing, all of it or nothing, and say how many files that were; processes take turns."""
    applied = 0
    with connection.transaction():
        connection.execute("SET LOCAL statement_timeout = 0")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # Whatever waits for a lock on a table makes all that come later wait behind it: rather fail, and be run again.
        connection.execute("SET LOCAL lock_timeout = '5s'")
        connection.execute(_TABLE)
        known = {row["name"] for row in connection.execute("SELECT name FROM schema_migrations")}
        for name, text in migrations():
            if name in known:
                continue
            try:
                connection.execute(sql.SQL(text))
            except psycopg.Error as error:
                raise WrongMigration(_told(name, text, error)) from error
            connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", [name])
            log.info("migrated", extra={"migration": name})
            applied += 1
    return applied


async def missing(pool: Pool) -> list[str]:
    """The migrations that this version of the application needs and the schema does not have yet."""
    async with pool.connection() as connection:
        cursor = await connection.execute("SELECT to_regclass('schema_migrations') IS NOT NULL AS there")
        row = await cursor.fetchone()
        if row is None or not row["there"]:
            return [name for name, _ in migrations()]
        cursor = await connection.execute("SELECT name FROM schema_migrations")
        known = {row["name"] for row in await cursor.fetchall()}
    return [name for name, _ in migrations() if name not in known]


def migrations() -> list[tuple[str, str]]:
    """Name and text of every migration, in order."""
    folder = resources.files("jobs") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]


def _told(name: str, text: str, error: psycopg.Error) -> str:
    position = error.diag.statement_position
    line = f":{text.count(chr(10), 0, int(position) - 1) + 1}" if position else ""
    hint = f" ({error.diag.message_hint})" if error.diag.message_hint else ""
    return f"{name}{line}: {error.diag.message_primary or error}{hint}"
