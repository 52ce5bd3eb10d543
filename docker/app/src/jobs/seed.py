"""Something to look at on an empty database: demo jobs, the same under the same ids each time."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID, uuid5

from jobs import database, queue
from jobs.settings import Settings
from jobs.store import Store
from jobs.tracing import Tracing

log = logging.getLogger(__name__)

_NAMESPACE = UUID("6a6f6273-5eed-4000-8000-000000000000")

_JOBS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("digest", {"text": word}) for word in ("amber", "birch", "cedar", "dune", "elder", "fern")),
    *(("primes", {"below": 10**power}) for power in range(2, 7)),
    *(("sleep", {"seconds": tenths / 10}) for tenths in (1, 2, 5)),
    *(("flaky", {"failures": failures}) for failures in (0, 1, 2, 9)),
    ("mail", {"to": "you@example.org", "subject": "Welcome", "text": "The stack is up, and catches its mail."}),
)


def run(settings: Settings) -> int:
    """Exit code of `python -m jobs seed`: 0 with all of them known and queued or done, 1 if a database is away."""
    try:
        asyncio.run(_seed(settings))
    except (*database.UNREACHABLE, *queue.UNREACHABLE) as error:
        log.error("not all of the demo data is there", extra={"error": str(error).strip()})
        return 1
    return 0


async def _seed(settings: Settings) -> None:
    pool = database.make_pool(settings, name="jobs-seed", size=1)
    client = queue.make_redis(settings)
    await pool.open(wait=False)
    store, jobs_queue = Store(pool, Tracing()), queue.Queue(client, Tracing())
    try:
        added = 0
        for number, (kind, payload) in enumerate(_JOBS):
            id = uuid5(_NAMESPACE, f"demo {number}")
            if await store.get(id) is None:
                await store.add(kind, payload, 3, id=id)
                await jobs_queue.push(id)
                added += 1
        log.info("the demo data is there", extra={"jobs": len(_JOBS), "added": added})
    finally:
        await client.aclose()
        await pool.close(timeout=1)
