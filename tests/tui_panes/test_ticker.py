"""Looking at a log that changes all the time, or not at all."""

from __future__ import annotations

import asyncio

import pytest

from devbox.tui.widgets import ticker
from devbox.tui.widgets.log_view import LogView
from devbox.tui.widgets.ticker import Ticker
from tests.eventually import eventually
from tests.tui_panes.host import FakeFeeds, PaneApp, lines, text
from tests.tui_panes.stack import state


@pytest.fixture
def endless_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once at rest, nothing but being woken makes it look."""
    monkeypatch.setattr(ticker, "_REST", 3600)


async def resting(looks: list[int]) -> None:
    """Until it does not look any more."""
    before = -1
    while len(looks) != before:
        before = len(looks)
        await asyncio.sleep(0.05)


async def test_what_is_found_is_looked_for_again(endless_rest: None) -> None:
    looks: list[int] = []
    looking = Ticker(0, lambda: looks.append(1) is None)
    looking.start()
    await eventually(lambda: len(looks) > 100)
    looking.stop()


async def test_it_rests_and_looks_at_once_when_woken(endless_rest: None) -> None:
    looks: list[int] = []
    looking = Ticker(0, lambda: looks.append(1) is not None)
    looking.start()
    await resting(looks)
    seen = len(looks)
    looking.wake()
    await eventually(lambda: len(looks) > seen)
    looking.stop()


async def test_lines_are_painted_when_the_logs_tell_of_them(endless_rest: None) -> None:
    feeds = FakeFeeds()
    app = PaneApp(feeds)
    async with app.run_test(size=(80, 20)):
        app.pane.state = state()
        view = app.query_one(LogView)
        await eventually(lambda: view._ticker._in_vain >= ticker._AWAKE)
        feeds.logs.buffer("api").extend(lines("api", ["late but seen"]))
        for listener in feeds.logs.listeners:
            listener()
        await eventually(lambda: "late but seen" in text(app))
