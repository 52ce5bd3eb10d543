"""What workers can do.

A kind is a function from a job to its result, JSON like the payload. It may run twice for one job and must bear that.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from jobs import mail
from jobs.settings import Settings
from jobs.store import Job

Kind = Callable[[Job], Awaitable[Any]]


class Hopeless(Exception):
    """Trying again cannot help."""


class BadPayload(Hopeless):
    """The payload does not fit the kind."""


class NotConfigured(Hopeless):
    """This environment is not made for the kind."""


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


async def send_mail(settings: Settings, job: Job) -> Any:
    """{"to": address, "subject": str, "text": str} -> the message's id, once the SMTP server has taken it."""
    to, subject, text = (_of(job, name, str) for name in ("to", "subject", "text"))
    if not settings.smtp_host:
        raise NotConfigured("no mail can be sent from here: SMTP_HOST is not set")
    try:
        message = mail.compose(settings, str(job.id), to=to, subject=subject, text=text)
    except ValueError as error:
        raise BadPayload(f"to, subject: {error}") from error
    await asyncio.to_thread(mail.send, settings, message)
    return {"message_id": message["Message-ID"]}


KINDS: dict[str, Kind] = {"digest": digest, "primes": primes, "sleep": sleep, "flaky": flaky}
"""Those that need nothing but the job."""


def known(settings: Settings) -> dict[str, Kind]:
    """All kinds, by name, as they work in this environment."""
    return {**KINDS, "mail": partial(send_mail, settings)}


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
