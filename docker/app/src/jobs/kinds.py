"""What workers can do.

A kind is a function from a job to its result, JSON like the payload. It may run twice for one job and must bear that.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from jobs.store import Job

Kind = Callable[[Job], Awaitable[Any]]


class BadPayload(ValueError):
    """The payload does not fit the kind; trying again cannot help."""


async def digest(job: Job) -> Any:
    """{"text": str} -> its SHA-256 and length in bytes."""
    text = _of(job, "text", str)
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "bytes": len(text.encode())}


async def primes(job: Job) -> Any:
    """{"below": int up to 5,000,000} -> how many primes lie below it; computed off the event loop."""
    below = _of(job, "below", int)
    if not 0 <= below <= 5_000_000:
        raise BadPayload("below: must be between 0 and 5,000,000")
    return {"count": await asyncio.to_thread(_count_primes, below)}


async def sleep(job: Job) -> Any:
    """{"seconds": number} -> the same, after that time."""
    seconds = _of(job, "seconds", (int, float))
    await asyncio.sleep(seconds)
    return {"slept": seconds}


async def flaky(job: Job) -> Any:
    """{"failures": int} -> fails that many times before it succeeds; shows the retries."""
    failures = _of(job, "failures", int)
    if job.attempts <= failures:
        raise RuntimeError(f"attempt {job.attempts} of {failures} that were asked to fail")
    return {"attempts": job.attempts}


KINDS: dict[str, Kind] = {"digest": digest, "primes": primes, "sleep": sleep, "flaky": flaky}


def _of(job: Job, name: str, kind: type[Any] | tuple[type[Any], ...]) -> Any:
    value = job.payload.get(name)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise BadPayload(f"{name}: missing, or not of the right type")
    return value


def _count_primes(below: int) -> int:
    if below < 3:
        return 0
    sieve = bytearray([1]) * below
    sieve[0:2] = b"\0\0"
    for number in range(2, int(below**0.5) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, below, number)))
    return sum(sieve)
