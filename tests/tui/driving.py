"""Opening the app on a stub session, and reading its screen as text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from devbox.session.state import State
from devbox.settings import Settings
from devbox.tui.app import DevboxApp
from tests.eventually import eventually
from tests.tui import shop
from tests.tui.stub import StubSession


@asynccontextmanager
async def opened(
    state: State | None = None,
    *,
    size: tuple[int, int] = (120, 35),
    settings: Settings | None = None,
    plans: Any = None,
    said: Callable[[StubSession], None] | None = None,
    now: float = shop.NOW,
) -> AsyncIterator[tuple[DevboxApp, Pilot[None], StubSession]]:
    """The app, its pilot and the session it runs on."""
    session = StubSession(state or shop.state(), plans)
    if said:
        said(session)
    app = DevboxApp(session, settings or Settings(), lambda: now)  # type: ignore[arg-type]
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield app, pilot, session


def screen_text(app: DevboxApp) -> str:
    """What stands on the screen, a line a row, without trailing blanks."""
    lines = app.screen._compositor.render_strips(app.screen.size)
    return "\n".join(strip.text.rstrip() for strip in lines) + "\n"


async def shows(app: DevboxApp, text: str) -> bool:
    """Whether the text comes to stand on the screen."""
    try:
        await eventually(lambda: text in screen_text(app), timeout=5)
    except AssertionError:
        print(screen_text(app))
        return False
    return True


async def keys(pilot: Pilot[None], text: str) -> None:
    """Press keys, named with blanks between them."""
    for key in text.split():
        await pilot.press(key)
        await pilot.pause()
