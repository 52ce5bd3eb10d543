"""A look at what this process depends on, for its metrics."""

from __future__ import annotations

from collections.abc import Coroutine
from math import nan
from typing import Any

from jobs import database, queue
from jobs.deadline import within
from jobs.metrics import Metrics
from jobs.store import Store


async def note_queue(metrics: Metrics, store: Store, jobs_queue: queue.Queue, *, timeout: float) -> None:
    """Note length and age of the queue; what does not answer within `timeout` seconds cannot be told."""
    length = await _number(jobs_queue.length(), timeout)
    oldest = await _number(store.oldest_seconds(), timeout)
    metrics.queue(length=length, oldest=oldest)


async def _number(asking: Coroutine[Any, Any, float], timeout: float) -> float:
    try:
        return await within(timeout, asking)
    except (*database.UNREACHABLE, *queue.UNREACHABLE):
        return nan
