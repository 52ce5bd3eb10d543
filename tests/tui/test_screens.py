"""Whole screens as text, compared with tests/screens/*.txt; DEVBOX_SCREENS=write makes them anew."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from devbox.errors import Place, Problem
from devbox.logs.line import LogLine, Stream
from devbox.plan.commands import Down
from devbox.session.state import Lost, State
from tests.tui import shop
from tests.tui.driving import keys, opened, screen_text
from tests.tui.stub import StubSession
from tests.tui.test_asking import down

SCREENS = Path(__file__).parent.parent / "screens"
WRITE = os.environ.get("DEVBOX_SCREENS") == "write"

LOST = Lost(reason="The engine does not answer.", hint="Is dockerd running?", since=shop.NOW, retry_at=shop.NOW + 4)
PROBLEM = Problem(message="unknown key 'prots'", place=Place("compose.yaml", 12, 5), hint="did you mean ports?")
SAID = (
    ("db", "LOG:  database system is ready to accept connections"),
    ("api", "INFO  listening on 0.0.0.0:8000"),
    ("web", '10.0.0.7 "GET / HTTP/1.1" 200 615'),
    ("api", "INFO  GET /items 200 in 4 ms"),
    ("worker", "job 41 done in 0.3 s"),
    ("api", "WARN  slow query: 312 ms"),
    ("worker", "ERROR job 42 failed: connection reset by peer"),
    ("cache", "Ready to accept connections"),
)


def speak(session: StubSession) -> None:
    """Lines of several services, a second apart."""
    for number, (service, text) in enumerate(SAID):
        at = int((shop.NOW - 60 + number) * 1e9)
        line = LogLine(service, f"shop-{service}-1", Stream.STDOUT, at, text)
        session.logs.buffer(service).extend([line])


CASES: dict[str, tuple[tuple[int, int], State, str]] = {
    "main-120x35": ((120, 35), shop.state(operations=(shop.operation(),)), ""),
    "main-80x24": ((80, 24), shop.state(), "j j"),
    "main-200x60": ((200, 60), shop.state(), "j"),
    "narrow-50x20": ((50, 20), shop.state(), ""),
    "tiny-20x5": ((20, 5), shop.state(), ""),
    "lost": ((100, 24), shop.state(connection=LOST), ""),
    "problems": ((100, 24), shop.state(problems=(PROBLEM,)), "!"),
    "down": ((100, 30), shop.state(), "D"),
    "protected": ((100, 30), shop.state(environment="prod"), "j j r"),
    "environments": ((100, 30), shop.state(), "e"),
    "variants": ((100, 30), shop.state(), "j j R"),
    "progress": ((100, 30), shop.state(operations=(shop.operation(),)), "v"),
    "sync": ((100, 30), shop.watched(), "j j 7"),
    "help": ((110, 90), shop.state(), "?"),
}


@pytest.fixture(autouse=True)
def greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are the same everywhere."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


async def settled(pilot: Pilot[None]) -> None:
    await pilot.pause(0.1)
    await pilot.pause()


@pytest.mark.parametrize("name", CASES)
async def test_a_screen_looks_as_before(name: str) -> None:
    size, state, pressed = CASES[name]
    async with opened(state, size=size, plans={Down: down}, said=speak) as (app, pilot, _):
        await keys(pilot, pressed)
        await settled(pilot)
        text = screen_text(app)
    kept = SCREENS / f"{name}.txt"
    if WRITE:
        kept.write_text(text)
    assert text == kept.read_text()


async def test_the_picture_in_the_readme_is_drawn_from_the_real_screen() -> None:
    async with opened(shop.state(operations=(shop.operation(),)), size=(118, 32), said=speak) as (app, pilot, _):
        await settled(pilot)
        picture = app.export_screenshot(title="devbox")
    # Textual numbers the classes of each picture anew.
    picture = re.sub(r"terminal-\d+-", "terminal-", picture)
    picture = re.sub(r"terminal-\d+", "terminal", picture)
    # A picture that fetches nothing: the reader's own monospaced font will do.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    kept = SCREENS / "devbox.svg"
    if WRITE:
        kept.write_text(picture)
    assert picture == kept.read_text()
