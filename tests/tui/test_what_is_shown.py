"""The list, the strip, the banner and the rest show what the state says, in words as well as colours."""

from __future__ import annotations

import pytest

from devbox.compose.model import Service
from devbox.errors import Place, Problem
from devbox.guide import guides
from devbox.plan.labels import ROLLED_BACK
from devbox.plan.observed import RunningProject
from devbox.session.state import Connecting, Lost, Notice, Phase
from devbox.tui.leaving import farewell
from tests.tui import shop
from tests.tui.driving import keys, opened, screen_text, shows

HOSTILE = "a[/b]\x1b[31m\n]0;x"


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if start in line)


async def test_a_service_shows_state_health_uptime_ports_and_use() -> None:
    async with opened() as (app, _, _s):
        words = line_of(screen_text(app), " api").split()
        assert words[1:] == ["api", "running", "healthy", "12m", "8000", "14%", "91M", "shop-api"]


@pytest.mark.parametrize("off", [60, -60])
async def test_uptimes_are_told_by_the_engines_clock_where_this_machines_is_a_minute_off(off: float) -> None:
    async with opened(shop.state(ahead=-off), now=shop.NOW + off) as (app, _, _s):
        assert "12m" in line_of(screen_text(app), " api").split()


async def test_guides_are_listed_and_read_from_the_help() -> None:
    async with opened() as (app, pilot, _):
        await keys(pilot, "question_mark question_mark")
        assert await shows(app, "environments     Environments")
        await keys(pilot, "j " * list(guides()).index("environments") + "enter")
        assert await shows(app, "╭─ Environments")
        assert await shows(app, "a set of Compose files with a name")


async def test_a_scaled_service_shows_how_many_run_and_opens() -> None:
    async with opened() as (app, pilot, _):
        assert await shows(app, "2/3 exited 1")
        await keys(pilot, "j j j enter")
        assert await shows(app, "worker-3")
        await keys(pilot, "j j j h")
        assert "worker-3" not in screen_text(app)
        assert app.selection.services == ("worker",)


async def test_orphans_and_disabled_services_stand_apart() -> None:
    async with opened(size=(120, 45)) as (app, _, _s):
        text = screen_text(app)
        assert text.index("no longer in the files") < text.index("old-api")
        assert text.index("Disabled by their profiles") < text.index("mail")


async def test_the_files_services_show_before_the_engine_answers() -> None:
    fresh = shop.state(
        connection=Connecting(), rows=tuple(shop.row(service) for service in shop.SERVICES.values()), usage={}
    )
    async with opened(fresh) as (app, _, _s):
        text = screen_text(app)
        assert "asking the engine" in text
        assert "not created" in line_of(text, " db")
        assert "15432→5432" in line_of(text, " db")


async def test_the_filter_narrows_the_list_and_escape_ends_it() -> None:
    async with opened() as (app, pilot, _):
        await keys(pilot, "slash d b enter")
        text = screen_text(app)
        assert " db " in text
        assert " web " not in text
        await keys(pilot, "escape")
        assert await shows(app, " web ")


async def test_the_cursor_stays_on_its_service_when_others_come() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "j j")
        session.store.put(rows=(shop.row(Service(name="aaa")), *shop.rows()))
        await pilot.pause()
        assert app.selection.services == ("api",)


async def test_a_lost_engine_shows_why_and_when_it_is_asked_again() -> None:
    lost = Lost(reason="The engine does not answer.", hint="Is it running?", since=shop.NOW, retry_at=shop.NOW + 4)
    async with opened() as (app, pilot, session):
        session.store.put(connection=lost)
        await pilot.pause()
        text = screen_text(app)
        assert "The engine does not answer." in text
        assert "asking again in 4s, Ctrl-R now" in text
        assert " api" in text
        await keys(pilot, "ctrl+r")
        assert session.retries == 1


async def test_problems_of_the_files_show_with_their_place() -> None:
    problem = Problem(
        message="unknown key 'prots'", place=Place("/shop/compose.yaml", 12, 5), hint="did you mean ports?"
    )
    async with opened(shop.state(problems=(problem,))) as (app, pilot, _):
        assert await shows(app, "/shop/compose.yaml:12:5: unknown key 'prots'")
        await keys(pilot, "!")
        assert await shows(app, "did you mean ports?")


async def test_an_operation_shows_what_it_waits_for_and_its_steps() -> None:
    async with opened(shop.state(operations=(shop.operation(),))) as (app, pilot, _):
        assert await shows(app, "3/6  wait for db: healthy, try 3 of 10")
        await keys(pilot, "v")
        text = screen_text(app)
        assert "✓ done" in line_of(text, "create db-1")
        assert "waiting" in line_of(text, "start api-1")


async def test_a_failure_says_what_and_what_to_do_until_it_is_put_away() -> None:
    failed = shop.operation(
        phase=Phase.FAILED, ended=shop.NOW - 60, error="port 8000 is taken by other-web-1", hint="stop it"
    )
    async with opened(shop.state(operations=(failed,))) as (app, pilot, _):
        assert await shows(app, "port 8000 is taken by other-web-1 stop it")
        await keys(pilot, "x")
        assert "port 8000" not in screen_text(app)


async def test_a_notice_is_told_once() -> None:
    async with opened() as (app, pilot, session):
        session.store.put(notices=(Notice(id=1, text="api restarted [/b]", time=shop.NOW),))
        await pilot.pause()
        session.store.put(environment="dev")
        await pilot.pause()
        assert screen_text(app).count("api restarted [/b]") == 1


async def test_hostile_names_neither_break_nor_reach_the_terminal() -> None:
    service = Service(name=HOSTILE, image=HOSTILE)
    hostile = shop.state(
        rows=(shop.row(service, shop.container(HOSTILE, name=HOSTILE, image=HOSTILE, id="1")),),
        problems=(Problem(message=HOSTILE, place=Place(HOSTILE, 1)),),
        operations=(shop.operation(title=HOSTILE),),
        notices=(Notice(id=1, text=HOSTILE, time=0),),
    )
    async with opened(hostile) as (app, pilot, _):
        for pressed in ("", "!", "escape v", "escape ?", "escape j i", "escape d", "escape y", "escape e", "escape :"):
            await keys(pilot, pressed)
            assert "\x1b" not in screen_text(app)
        assert await shows(app, "a[/b]")


async def test_forty_services_fit_by_scrolling() -> None:
    many = tuple(shop.row(Service(name=f"service-{n:02}"), shop.container(f"service-{n:02}")) for n in range(40))
    async with opened(shop.state(rows=many), size=(80, 24)) as (app, pilot, _):
        await keys(pilot, "G")
        assert await shows(app, "service-39")
        assert app.selection.services == ("service-39",)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (100, 12), (44, 12)])
async def test_nothing_is_wider_than_the_screen(size: tuple[int, int]) -> None:
    async with opened(size=size) as (app, _, _s):
        lines = screen_text(app).splitlines()
        assert len(lines) == size[1]
        assert any(" api" in line for line in lines)


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (200, 3), (10, 60)])
async def test_a_tiny_terminal_says_so_and_does_not_crash(size: tuple[int, int]) -> None:
    async with opened(size=size) as (app, pilot, _):
        await keys(pilot, "j s e escape ?")
        assert size[0] < 20 or size[1] < 2 or "Too small" in screen_text(app) or len(app.screen_stack) > 1


async def test_growing_from_tiny_shows_everything() -> None:
    async with opened(size=(20, 5)) as (app, pilot, _):
        assert await shows(app, "Too small")
        await pilot.resize_terminal(120, 35)
        await pilot.pause()
        assert await shows(app, "healthy")


def test_leaving_says_that_the_stack_goes_on() -> None:
    assert "shop goes on running (6 services)" in farewell(shop.state())
    assert farewell(shop.state(rows=())) == ""


async def test_the_shell_gets_the_terminal_and_gives_it_back() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "j j E")
        assert session.shells or "cannot be lent" in screen_text(app)
        assert app.is_running


async def test_what_is_rolled_back_is_told_where_the_image_stands() -> None:
    one = shop.container("api", image="sha256:0123456789abcdef", labels={ROLLED_BACK: "shop-api:2"})
    async with opened(shop.state(rows=(shop.row(shop.API, one),)), size=(200, 60)) as (app, _, _):
        assert await shows(app, "rolled back:")


async def test_the_strip_counts_as_the_row_of_the_stack_does_and_a_job_that_is_done_is_no_lack() -> None:
    running = tuple(shop.row(one, shop.container(one.name)) for one in (shop.WEB, shop.API, shop.DB))
    done = shop.row(shop.MIGRATE, shop.container("migrate", **shop.ended(0)))
    elsewhere = RunningProject(name="shop-stage", running=3, finished=1, total=4)
    async with opened(shop.state(rows=(*running, done), running=(elsewhere,))) as (app, _, _s):
        text = screen_text(app)
        assert "4/4 ready" in text
        assert "▸dev ● 4/4  stage ● 4/4" in text.splitlines()[0]
