"""Opening the debugger's screen on the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from devbox.debug.model import Debugged
from devbox.tui.app import DevboxApp
from devbox.tui.debugger.screen import DebuggerScreen
from tests.eventually import eventually
from tests.tui import shop
from tests.tui.driving import keys, opened
from tests.tui.stub import StubSession
from tests.tui.stub_debugging import STANDS, StubDebugging


@asynccontextmanager
async def debugger(
    debugged: Debugged = STANDS,
    *,
    size: tuple[int, int] = (130, 36),
    said: Callable[[StubSession], None] | None = None,
) -> AsyncIterator[tuple[DebuggerScreen, Pilot[None], StubDebugging]]:
    """The screen of the API, with all that it asked for at first."""
    async with opened(shop.state(debugged=debugged), size=size, said=said) as (app, pilot, session):
        await keys(pilot, "j j B")
        screen = on(app)
        await settled(pilot)
        yield screen, pilot, session.debugging


def on(app: DevboxApp) -> DebuggerScreen:
    """The debugger that is open."""
    found = next((screen for screen in app.screen_stack if isinstance(screen, DebuggerScreen)), None)
    assert found is not None, app.screen_stack
    return found


async def settled(pilot: Pilot[None]) -> None:
    """Nothing that was asked for is on its way, but what never answers."""
    app = pilot.app

    def quiet() -> bool:
        return all(worker.is_finished or worker.group == "evaluate" for worker in app.workers)

    await eventually(quiet, timeout=60)
    await pilot.pause()


def rows(screen: DebuggerScreen, panel: str) -> list[str]:
    """What stands in a panel, whole rows."""
    outlines = {
        "variables": screen.variables.outline,
        "watches": screen.watches.outline,
        "stack": screen.stack.outline,
        "breakpoints": screen.breakpoints.outline,
        "console": screen.console.outline,
    }
    return [node.text.strip() for _, node in outlines[panel].rows]
