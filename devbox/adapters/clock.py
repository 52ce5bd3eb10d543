"""The engine's clock beside this machine's: a virtual machine that slept, a far host without NTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

_MONTHS: Sequence[str] = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SLACK = 1.0
"""Seconds that nobody notices: below them the clocks count as equal."""


def ahead(date: str, sent: float, received: float) -> float:
    """By how many seconds the clock that wrote `date` (HTTP's header, whole seconds) is ahead; 0: equal, or unknown.

    `sent` and `received` are this machine's times around the answer.
    """
    theirs = _moment(date)
    if theirs is None:
        return 0.0
    least, most = theirs - received, theirs + 1 - sent
    return 0.0 if least - _SLACK <= 0 <= most + _SLACK else round((least + most) / 2, 1)


def _moment(date: str) -> float | None:
    """ "Thu, 26 Nov 2026 18:03:33 GMT" -> seconds since the epoch."""
    try:
        _, day, month, year, clock, _ = date.split()
        hour, minute, second = map(int, clock.split(":"))
        found = datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return found.timestamp()
