"""The engine's clock beside this machine's, and what devbox says of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from devbox.adapters.clock import ahead
from devbox.adapters.connect import connect
from devbox.adapters.examine import examine
from devbox.ports import Engine
from tests.engine.proxy import Listener, http, scripted

NOON = 1_764_158_400.0
"""2025-11-26 12:00:00 UTC"""


@pytest.mark.parametrize(
    ("date", "sent", "received", "expected"),
    [
        ("Wed, 26 Nov 2025 12:00:00 GMT", NOON, NOON + 0.1, 0.0),
        ("Wed, 26 Nov 2025 12:00:00 GMT", NOON + 1.9, NOON + 2.0, 0.0),
        ("Wed, 26 Nov 2025 12:00:00 GMT", NOON - 50.0, NOON + 0.1, 0.0),
        ("Wed, 26 Nov 2025 12:01:00 GMT", NOON, NOON + 0.2, 60.4),
        ("Wed, 26 Nov 2025 11:59:00 GMT", NOON, NOON + 0.2, -59.6),
        ("", NOON, NOON, 0.0),
        ("yesterday", NOON, NOON, 0.0),
        ("Wed, 26 Now 2025 12:00:00 GMT", NOON, NOON, 0.0),
    ],
    ids=["equal", "within a second", "a slow answer", "ahead", "behind", "silent", "no date", "no month"],
)
def test_how_far_the_engines_clock_is_ahead(date: str, sent: float, received: float, expected: float) -> None:
    assert ahead(date, sent, received) == pytest.approx(expected)


async def test_an_engine_of_this_machine_has_this_machines_clock(real_engine: Engine) -> None:
    assert (await real_engine.info()).ahead == real_engine.ahead == 0.0


@pytest.fixture(params=[61, -61])
def wrong(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, Listener]]:
    """An engine whose clock is off by a minute, and by how much."""

    def answer(line: str) -> bytes:
        date = formatdate(time.time() + request.param, usegmt=True)
        return http(200, b'{"Name": "far", "Version": "26.1.5"}', Date=date, Api_Version="1.45")

    with scripted(tmp_path, answer) as listener:
        yield request.param, listener


async def test_a_wrong_clock_is_known_from_the_first_answer(wrong: tuple[int, Listener]) -> None:
    off, listener = wrong
    engine = await connect("", {"DOCKER_HOST": listener.url})
    assert engine.ahead == pytest.approx(off, abs=1)
    await engine.close()


async def test_doctor_tells_a_wrong_clock_and_what_to_do(wrong: tuple[int, Listener]) -> None:
    off, listener = wrong
    found = {check.name: check for check in await examine("", {"DOCKER_HOST": listener.url})}
    assert not found["clock"].ok
    assert ("ahead of" if off > 0 else "behind") in found["clock"].text
    assert "NTP" in found["clock"].remedy
