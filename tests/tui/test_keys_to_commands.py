"""Keys lead to the command that the user means."""

from __future__ import annotations

import pytest

from devbox.plan.commands import Pause, Restart, Start, Stop, Unpause, Up
from devbox.plan.observed import RunState
from devbox.session.commands import Command, Reload
from devbox.session.state import Connected, Connecting, Lost
from devbox.settings import Settings
from tests.eventually import eventually
from tests.tui import shop
from tests.tui.driving import keys, opened, screen_text, shows


@pytest.mark.parametrize(
    ("pressed", "command"),
    [
        ("j j s", Stop(services=("api",))),
        ("j j r", Restart(services=("api",))),
        ("j j p", Pause(services=("api",))),
        ("j j R a", Up(services=("api",), no_deps=True)),
        ("j j R c", Up(services=("api",), no_deps=True, force_recreate=True)),
        ("j j R b", Up(services=("api",), no_deps=True, build=True, force_recreate=True)),
        ("j j j S", Start(services=("worker",))),
        ("U", Up()),
        ("s", Stop()),
        ("j space space r", Restart(services=("web", "api"))),
        ("f5", Reload()),
    ],
)
async def test_a_key_asks_for_its_command(pressed: str, command: Command) -> None:
    async with opened() as (_, pilot, session):
        await keys(pilot, pressed)
        assert session.commands == [command]


async def test_start_of_a_service_without_container_brings_it_up() -> None:
    fresh = shop.state(rows=tuple(shop.row(service) for service in shop.SERVICES.values()))
    async with opened(fresh) as (_, pilot, session):
        await keys(pilot, "j S")
        assert session.commands == [Up(services=("web",))]


async def test_what_is_asked_before_the_engine_answers_waits_for_it() -> None:
    async with opened(shop.state(connection=Connecting())) as (app, pilot, session):
        await keys(pilot, "U")
        assert session.commands == []
        assert await shows(app, "as soon as the engine answers")
        session.store.put(connection=Connected(info=shop.ENGINE))
        await eventually(lambda: session.commands == [Up()])


async def test_what_is_asked_before_the_engine_is_found_away_is_not_done_later() -> None:
    async with opened(shop.state(connection=Connecting())) as (app, pilot, session):
        await keys(pilot, "U")
        session.store.put(connection=Lost(reason="It is gone.", hint="", since=0, retry_at=0))
        assert await shows(app, "the engine is away")
        session.store.put(connection=Connected(info=shop.ENGINE))
        await pilot.pause()
        assert session.commands == []


async def test_a_paused_service_goes_on_with_the_same_key() -> None:
    paused = shop.row(shop.API, shop.container("api", state=RunState.PAUSED))
    async with opened(shop.state(rows=(paused,))) as (_, pilot, session):
        await keys(pilot, "j p")
        assert session.commands == [Unpause(services=("api",))]


async def test_what_cannot_be_done_says_why_and_asks_for_nothing() -> None:
    stopped = shop.row(shop.API, shop.container("api", **shop.ended(0)))
    async with opened(shop.state(rows=(stopped,))) as (app, pilot, session):
        await keys(pilot, "j s")
        assert session.commands == []
        assert await shows(app, "api: nothing runs")


async def test_a_remapped_key_takes_over_and_the_clash_is_said() -> None:
    async with opened(settings=Settings(keys={"restart": "s"})) as (app, pilot, session):
        assert await shows(app, "s is now restart, no longer stop")
        await keys(pilot, "j j s")
        assert session.commands == [Restart(services=("api",))]


async def test_x_cancels_what_runs() -> None:
    async with opened(shop.state(operations=(shop.operation(id=7),))) as (_, pilot, session):
        await keys(pilot, "x")
        assert session.cancelled == [7]


async def test_a_click_on_a_hint_does_it() -> None:
    async with opened() as (app, pilot, session):
        at = screen_text(app).splitlines()[-1].index("restart")
        await pilot.click("#hints", offset=(at, 0))
        await pilot.pause()
        assert session.commands == [Restart()]


async def test_a_click_on_a_row_selects_it() -> None:
    async with opened() as (app, pilot, _):
        await pilot.click("#service-list", offset=(5, 2))
        assert app.selection.services == ("api",)


async def test_the_palette_finds_an_action() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, ": r e l o a d")
        assert await shows(app, "Read the Compose files again")
        await keys(pilot, "enter")
        await eventually(lambda: session.commands == [Reload()])


async def test_nothing_is_done_where_nothing_can_be_seen() -> None:
    async with opened(size=(20, 5)) as (_, pilot, session):
        await keys(pilot, "s U r")
        assert session.commands == []
