"""The schema: numbered SQL files, each applied once, in order, whoever starts first."""

from __future__ import annotations

import logging
from importlib import resources

from psycopg import AsyncConnection, sql
from psycopg.rows import DictRow

log = logging.getLogger(__name__)

_LOCK = 0x6A6F6273
"""Key of the advisory lock: "jobs" in ASCII. Any number will do that nobody else uses in this database."""


async def migrate(connection: AsyncConnection[DictRow]) -> int:
    """Bring the schema up to date and say how many files were applied; processes that start together take turns."""
    applied = 0
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        cursor = await connection.execute("SELECT name FROM schema_migrations")
        known = {row["name"] for row in await cursor.fetchall()}
        for name, text in migrations():
            if name in known:
                continue
            await connection.execute(sql.SQL(text))
            await connection.execute("INSERT INTO schema_migrations (name) VALUES (%s)", [name])
            log.info("migrated", extra={"migration": name})
            applied += 1
    return applied


def migrations() -> list[tuple[str, str]]:
    """Name and text of every migration, in order."""
    folder = resources.files("jobs") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(file.name, file.read_text(encoding="utf-8")) for file in files]
