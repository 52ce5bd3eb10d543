"""The connections to PostgreSQL."""

from __future__ import annotations

from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from jobs.settings import Settings

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]

UNREACHABLE = (OperationalError, PoolTimeout, TimeoutError)
"""What a statement raises when PostgreSQL is away, as against when the statement is wrong."""


def arguments(settings: Settings, *, name: str) -> dict[str, Any]:
    """How to connect."""
    return {
        "host": settings.database_host,
        "port": settings.database_port,
        "dbname": settings.database_name,
        "user": settings.database_user,
        "password": settings.database_password,
        "application_name": name,
        "connect_timeout": 2,
        "options": "-c statement_timeout=10s -c idle_in_transaction_session_timeout=30s",
        "autocommit": True,
    }


def make_pool(settings: Settings, *, name: str, size: int) -> Pool:
    """A closed pool; open it on the running loop. A connection that cannot be had the next request asks for again."""
    return AsyncConnectionPool(
        kwargs=arguments(settings, name=name) | {"row_factory": dict_row},
        min_size=1,
        max_size=size,
        timeout=settings.request_timeout,
        # Back-off would double up to minutes; give up early instead, so that the next request finds a returned server.
        reconnect_timeout=2,
        check=AsyncConnectionPool.check_connection,
        name=name,
        open=False,
    )
