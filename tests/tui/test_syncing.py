"""Keys for the rules of develop.watch, and what the screen shows of them."""

from __future__ import annotations

from dataclasses import replace

from devbox.session.state import State
from devbox.session.syncing import WatchPhase
from tests.tui import shop
from tests.tui.driving import keys, opened, shows

WATCHED = shop.state(project=shop.SYNCED, sync=shop.sync())
WATCHED = replace(
    WATCHED,
    rows=tuple(replace(row, service=shop.SYNCED.services.get(row.name, row.service)) for row in WATCHED.rows),
)


def phase(phase: WatchPhase) -> State:
    return replace(WATCHED, sync=replace(shop.sync(), phase=phase))


async def test_watching_is_paused_and_resumed_by_one_key() -> None:
    async with opened(WATCHED) as (_, pilot, session):
        await keys(pilot, "W")
        session.store.put(sync=phase(WatchPhase.PAUSED).sync)
        await keys(pilot, "W")
        assert session.watching.turned == [False, True]


async def test_a_stack_without_rules_says_so() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "W")
        assert await shows(app, "no service has rules to watch")
        assert session.watching.turned == []


async def test_the_service_under_the_cursor_takes_up_its_files() -> None:
    async with opened(WATCHED) as (_, pilot, session):
        await keys(pilot, "j j L")
        assert session.watching.reloaded == ["api"]


async def test_a_comparison_tells_what_it_found_and_where_to_read_it() -> None:
    async with opened(WATCHED, said=lambda session: setattr(session.watching, "found", shop.sync().verified)) as (
        app,
        pilot,
        _,
    ):
        await keys(pilot, "j j V")
        assert await shows(app, "1 difference; the Sync tab names them")
        assert app.pane.tab == "sync"
