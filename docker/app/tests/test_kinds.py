"""What the kinds of jobs answer, and what they refuse."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from jobs.kinds import KINDS, BadPayload
from jobs.store import Job


def done(kind: str, **payload: object) -> Any:
    job = Job(
        id=uuid4(),
        kind=kind,
        payload=payload,
        status="running",
        attempts=1,
        max_attempts=1,
        created_at=datetime.now(UTC),
    )
    return asyncio.run(KINDS[kind](job))


def test_they_answer() -> None:
    assert done("primes", below=100) == {"count": 25}
    assert done("digest", text="ä")["bytes"] == 2
    assert done("sleep", seconds=0) == {"slept": 0}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("primes", {"below": -1}), ("primes", {"below": True}), ("digest", {}), ("sleep", {"seconds": "1"})],
)
def test_a_payload_that_does_not_fit_is_refused(kind: str, payload: dict[str, object]) -> None:
    with pytest.raises(BadPayload):
        done(kind, **payload)
