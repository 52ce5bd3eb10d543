"""What the kinds of jobs answer, and what they refuse."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from jobs.kinds import BadPayload, NotConfigured, known
from jobs.settings import Settings
from jobs.store import Job

SETTINGS = Settings(smtp_host="127.0.0.1", smtp_port=1)


def done(kind: str, settings: Settings = SETTINGS, /, **payload: object) -> Any:
    job = Job(
        id=uuid4(),
        kind=kind,
        payload=payload,
        status="running",
        attempts=1,
        max_attempts=1,
        created_at=datetime.now(UTC),
    )
    return asyncio.run(known(settings)[kind](job))


def test_they_answer() -> None:
    assert done("primes", below=100) == {"count": 25}
    assert done("digest", text="ä")["bytes"] == 2
    assert done("sleep", seconds=0) == {"slept": 0}


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("primes", {"below": -1}),
        ("primes", {"below": True}),
        ("digest", {}),
        ("sleep", {"seconds": "1"}),
        ("mail", {"to": "a@example.org\nBcc: all@example.org", "subject": "x", "text": "x"}),
        ("mail", {"to": "nobody@", "subject": "x", "text": "x"}),
        ("mail", {"to": "a@example.org", "subject": "x\nBcc: all@example.org", "text": "x"}),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(kind: str, payload: dict[str, object]) -> None:
    with pytest.raises(BadPayload):
        done(kind, **payload)


def test_mail_is_not_sent_where_nobody_takes_it() -> None:
    with pytest.raises(NotConfigured, match="SMTP_HOST is not set"):
        done("mail", Settings(), to="a@example.org", subject="x", text="x")
