"""What destroys asks first and names what is lost; a protected environment has its name typed."""

from __future__ import annotations

from textual.events import Key

from devbox.errors import Problem
from devbox.plan.commands import Down, Kill, Remove, Restart, Rollback, Up
from devbox.plan.plan import Change, Node, Plan
from devbox.plan.steps import RemoveContainer, RemoveVolume
from devbox.session.commands import MakeSecrets, Switch
from tests.eventually import eventually
from tests.tui import shop
from tests.tui.driving import keys, opened, screen_text, shows

LOST = "volume shop_pgdata and its data"


def down(command: Down) -> Plan:
    nodes = [Node(id="remove db-1", step=RemoveContainer(service="db", container="1", name="shop-db-1", why="down"))]
    if command.volumes:
        nodes.append(Node(id="remove pgdata", step=RemoveVolume(name="shop_pgdata", why="down -v")))
    return Plan(project="shop", nodes=tuple(nodes), destroys=(LOST,) if command.volumes else ())


async def test_down_asks_and_names_what_goes_and_what_would_be_lost() -> None:
    async with opened(plans={Down: down}) as (app, pilot, session):
        await keys(pilot, "D")
        text = screen_text(app)
        assert "removes 1 container: shop-db-1" in text
        assert LOST in text
        assert session.commands == []


async def test_down_keeps_the_volumes_unless_told_otherwise() -> None:
    async with opened(plans={Down: down}) as (_, pilot, session):
        await keys(pilot, "D y")
        assert session.commands == [Down()]


async def test_down_with_volumes_is_an_answer_of_its_own() -> None:
    async with opened(plans={Down: down}) as (_, pilot, session):
        await keys(pilot, "D v")
        assert session.commands == [Down(volumes=True)]


async def test_escape_does_nothing() -> None:
    async with opened(plans={Down: down}) as (_, pilot, session):
        await keys(pilot, "D escape")
        assert session.commands == []


async def test_enter_on_a_fresh_question_is_no_consent() -> None:
    async with opened(plans={Down: down}) as (_, pilot, session):
        await keys(pilot, "D enter")
        assert session.commands == []


async def test_remove_asks() -> None:
    async with opened() as (_, pilot, session):
        await keys(pilot, "j j d")
        assert session.commands == []
        await keys(pilot, "y")
        assert session.commands == [Remove(services=("api",), stop=True)]


async def test_kill_from_the_palette_asks() -> None:
    async with opened() as (app, pilot, session):
        app.perform("kill")
        await pilot.pause()
        assert session.commands == []
        await keys(pilot, "y")
        assert session.commands == [Kill()]


async def test_up_over_a_changed_volume_keeps_it_unless_told_otherwise() -> None:
    def up(command: Up) -> Plan:
        return Plan(project="shop", destroys=(LOST,) if command.renew_volumes else ())

    async with opened(plans={Up: up}) as (app, pilot, session):
        await keys(pilot, "U")
        assert await shows(app, LOST)
        await keys(pilot, "y U")
        assert await shows(app, LOST)
        await keys(pilot, "v")
        assert session.commands == [Up(), Up(renew_volumes=True)]


async def test_up_that_would_lose_data_asks() -> None:
    losing = Plan(project="shop", destroys=(LOST,))
    async with opened(plans={Up: lambda _: losing}) as (app, pilot, session):
        await keys(pilot, "U")
        assert await shows(app, LOST)
        assert session.commands == []


async def test_a_protected_environment_wants_its_name_typed() -> None:
    async with opened(shop.state(environment="prod")) as (app, pilot, session):
        await keys(pilot, "j j r")
        assert await shows(app, "Type prod to go on")
        await keys(pilot, "y enter p r o enter")
        assert session.commands == []
        await keys(pilot, "backspace backspace backspace backspace p r o d enter")
        assert session.commands == [Restart(services=("api",))]


async def test_the_switcher_shows_what_runs_where_and_asks_what_becomes_of_the_old_one() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "e")
        assert await shows(app, "3 of 9 containers run")
        await keys(pilot, "j enter")
        assert await shows(app, "Leave dev running")
        await keys(pilot, "s")
        assert session.commands == [Switch(environment="stage", stop_current=True)]


async def test_ports_that_both_environments_want_are_told_before_the_switch() -> None:
    async with opened() as (app, pilot, session):
        session.clashes = ("port 8000 of stage's api is held by dev's api",)
        await keys(pilot, "e j enter")
        assert await shows(app, "port 8000 of stage's api is held by dev's api")
        assert session.commands == []


async def test_switching_from_nothing_asks_nothing() -> None:
    idle = shop.state(rows=tuple(shop.row(service) for service in shop.SERVICES.values()))
    async with opened(idle) as (_, pilot, session):
        await keys(pilot, "e j enter")
        assert session.commands == [Switch(environment="stage")]


async def test_secrets_that_an_environment_lacks_are_made_on_the_way_if_one_wants() -> None:
    idle = shop.state(rows=tuple(shop.row(service) for service in shop.SERVICES.values()))
    async with opened(idle) as (app, pilot, session):
        session.lacking = ("/shop/secrets/stage/db_password",)
        await keys(pilot, "e j enter")
        assert await shows(app, "✗ /shop/secrets/stage/db_password")
        assert session.commands == []
        await keys(pilot, "m")
        assert session.commands == [Switch(environment="stage", make_secrets=True)]
        await keys(pilot, "e j enter w")
        assert session.commands[1:] == [Switch(environment="stage")]


async def test_what_becomes_of_the_old_one_is_asked_before_the_secrets() -> None:
    async with opened() as (app, pilot, session):
        session.lacking = ("/shop/secrets/stage/db_password",)
        await keys(pilot, "e j enter s")
        assert await shows(app, "stage lacks secrets")
        await keys(pilot, "m")
        assert session.commands == [Switch(environment="stage", stop_current=True, make_secrets=True)]


async def test_missing_secrets_can_be_made_where_one_is() -> None:
    async with opened() as (app, pilot, session):
        app.perform("secrets")
        await pilot.pause()
        assert session.commands == [MakeSecrets()]


async def test_a_rollback_asks_and_tells_the_images() -> None:
    change = Change(service="api", property="image", before="2fe393616da4", after="ee6a020ab193 (shop-api:1)")
    step = RemoveContainer(service="api", container="1", name="shop-api-1", why="replaced")
    plan = Plan(project="shop", nodes=(Node(id="remove api-1", step=step),), changes=(change,))
    async with opened(plans={Rollback: lambda _: plan}) as (app, pilot, session):
        await keys(pilot, "j j")
        app.perform("rollback")
        assert await shows(app, "api: 2fe393616da4 -> ee6a020ab193 (shop-api:1)")
        assert session.commands == []
        await keys(pilot, "y")
        assert session.commands == [Rollback(services=("api",))]


async def test_what_cannot_be_done_is_not_asked_about() -> None:
    refused = Plan(project="shop", problems=(Problem(message="no previous image of api is kept"),))
    async with opened(plans={Rollback: lambda _: refused}) as (app, pilot, session):
        app.perform("rollback")
        await pilot.pause()
        assert session.commands == [Rollback()]
    async with opened(shop.state(environment="prod"), plans={Rollback: lambda _: refused}) as (app, _, session):
        app.perform("rollback")
        assert await shows(app, "Type prod to go on")
        assert session.commands == []


async def test_a_click_on_the_strip_switches() -> None:
    async with opened() as (app, pilot, session):
        at = screen_text(app).splitlines()[0].index("stage")
        await pilot.click("#environments", offset=(at, 0))
        await keys(pilot, "l")
        assert session.commands == [Switch(environment="stage")]


async def test_stopping_a_protected_environment_on_the_way_wants_its_name_typed() -> None:
    async with opened(shop.state(environment="prod")) as (app, pilot, session):
        await keys(pilot, "e k enter s")
        assert await shows(app, "Type prod to go on")
        assert session.commands == []


async def test_quitting_while_something_runs_asks_and_two_ctrl_c_leave() -> None:
    async with opened(shop.state(operations=(shop.operation(),))) as (app, pilot, _):
        await keys(pilot, "ctrl+c")
        assert await shows(app, "up is not done")
        assert app.is_running
        await pilot.press("ctrl+c")
        assert app._exit


async def test_keys_typed_ahead_after_an_answer_break_nothing() -> None:
    async with opened(plans={Down: down}) as (app, pilot, session):
        await keys(pilot, "D")
        for key in ("n", "n", "escape", "y"):
            app.screen.post_message(Key(key, key if len(key) == 1 else None))
        await eventually(lambda: len(app.screen_stack) == 1)
        await pilot.pause()  # keys still under way when the application ends are Textual's to lose
        assert session.commands == []
