"""Getting in from the list of services, what is shown meanwhile, and what is offered where it fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.debug.model import Debugged, Debuggee, Phase
from devbox.plan.commands import Up
from devbox.session.state import Phase as Progress
from devbox.settings import Settings
from devbox.tui.app import DevboxApp
from devbox.tui.debugger.action import Group
from devbox.tui.debugger.actions import ACTIONS
from devbox.tui.debugger.doing import Doing
from devbox.tui.debugger.help import MOVING
from devbox.tui.keys import assign
from devbox.tui.screens.help import text
from tests.eventually import eventually
from tests.tui import shop
from tests.tui.debugging import debugger, on, settled
from tests.tui.driving import keys, opened, screen_text, shows
from tests.tui.stub import StubSession
from tests.tui.stub_debugging import RUNS, STANDS, debugged

FAILED = Debuggee(
    service="api",
    phase=Phase.FAILED,
    error="No way into shop-api-1:\n  it was not started with debugpy\n  gdb is not in the image",
    hint="Recreate it with the debug helper.",
)


async def test_the_key_opens_the_debugger_and_attaches_to_the_service_in_hand() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "j j B")
        assert session.debugging.asked == [("attach", "api", "", False)]
        session.debugging.put_state(
            debugged(Debuggee(service="api", phase=Phase.ATTACHING, note="looking for Python in shop-api-1"))
        )
        session.debugging.put_state(
            debugged(Debuggee(service="api", phase=Phase.ATTACHING, note="copying debugpy into shop-api-1"))
        )
        assert await shows(app, "✓ looking for Python in shop-api-1")
        assert await shows(app, "◐ copying debugpy into shop-api-1")
        session.debugging.put_state(RUNS)
        assert await shows(app, "Attached in 0.23 s: its debug helper was asked to listen.")


async def test_what_is_attached_already_is_not_attached_again() -> None:
    async with debugger() as (_, _p, debugging):
        assert not [asked for asked in debugging.asked if asked[0] == "attach"]


async def test_a_service_that_does_not_run_is_not_debugged() -> None:
    async with opened() as (app, pilot, session):
        await keys(pilot, "j j j j j j B")
        assert await shows(app, "migrate: does not run")
        assert session.debugging.asked == []


async def test_a_failure_says_why_each_way_does_not_apply_and_offers_another_try() -> None:
    async with debugger(debugged(FAILED)) as (screen, pilot, debugging):
        text = screen_text(screen.devbox)
        assert "✗ No debugger could get into api" in text
        assert "gdb is not in the image" in text
        assert "→ Recreate it with the debug helper." in text
        debugging.asked.clear()
        await keys(pilot, "A")
        assert debugging.asked == [("attach", "api", "", False)]


async def test_where_no_way_applies_the_service_is_recreated_with_the_helper_and_attached_to() -> None:
    async with opened(shop.state(debugged=debugged(FAILED))) as (app, pilot, session):
        await keys(pilot, "j j B")
        session.debugging.asked.clear()
        await keys(pilot, "C")
        assert await shows(app, "Recreate api with the debug helper")
        await keys(pilot, "y")
        await settled(pilot)
        assert session.commands == [Up(services=("api",), no_deps=True, debug=frozenset({"api"}))]
        session.store.put(operations=(shop.operation(phase=Progress.RUNNING),))
        assert session.debugging.asked == []
        session.store.put(operations=(shop.operation(phase=Progress.DONE, ended=shop.NOW),))
        assert session.debugging.asked == [("attach", "api", "", True)]


async def test_where_nothing_is_python_the_helper_is_not_offered() -> None:
    foreign = replace(FAILED, foreign=True, hint="none of its processes is Python (PID 1 is postgres)")
    async with opened(shop.state(debugged=debugged(foreign))) as (app, pilot, session):
        await keys(pilot, "j j B")
        assert await shows(app, "A     try again")
        assert "helper" not in screen_text(app)
        await keys(pilot, "C")
        assert await shows(app, "api runs no Python")
        assert session.commands == []


async def test_a_recreation_that_fails_attaches_to_nothing() -> None:
    async with opened(shop.state(debugged=debugged(FAILED))) as (_, pilot, session):
        await keys(pilot, "j j B")
        session.debugging.asked.clear()
        await keys(pilot, "C y")
        await settled(pilot)
        session.store.put(operations=(shop.operation(phase=Progress.FAILED, ended=shop.NOW),))
        await pilot.pause()
        assert session.debugging.asked == []


async def test_in_a_protected_environment_its_name_is_typed_first() -> None:
    async with opened(shop.state(environment="prod")) as (app, pilot, session):
        await keys(pilot, "j j B")
        assert await shows(app, "whoever waits for the service waits")
        assert session.debugging.asked == []
        await keys(pilot, "p r o d enter")
        assert session.debugging.asked == [("attach", "api", "", True)]


async def test_the_replica_under_the_cursor_alone_is_attached_to() -> None:
    async with opened() as (_, pilot, session):
        await keys(pilot, "j j j l j B")
        (asked,) = session.debugging.asked
        assert asked[:2] == ("attach", "worker")
        assert str(asked[2]).startswith("worker1")


async def test_the_row_of_a_debugged_service_bears_a_mark() -> None:
    async with opened(shop.state(debugged=RUNS)) as (app, _, session):
        assert "◉ api         running" in screen_text(app)
        session.store.put(debugged=STANDS)
        assert await shows(app, "◈ api         in debugger")


async def test_the_mapped_paths_have_a_page_with_why() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "M")
        assert await shows(screen.devbox, "= /app/src   sync rule 1 (compose.yaml:14)")


async def test_another_project_has_a_debugger_of_its_own() -> None:
    async with debugger() as (screen, pilot, _):
        app = screen.devbox
        await keys(pilot, "escape")
        session = app.session
        other = replace(shop.PROJECT, name="shop-stage")
        session.store.put(project=other, debugged=Debugged())  # type: ignore[attr-defined]
        await keys(pilot, "B")
        assert on(app) is not screen
        await eventually(lambda: not screen.is_running, timeout=60)


async def test_keys_of_the_debugger_are_the_users_too() -> None:
    settings = Settings(keys={"debug_over": "z", "stop": "Z"})
    async with opened(shop.state(debugged=STANDS), settings=settings) as (app, pilot, session):
        await keys(pilot, "j j B")
        await settled(pilot)
        await keys(pilot, "n z")
        await settled(pilot)
        assert [asked for asked in session.debugging.asked if asked[0] == "next_"] == [("next_", 1, 1)]
        assert "z over" in screen_text(app)


async def test_the_palette_offers_the_debuggers_actions_above_its_screen() -> None:
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, ": i n t o")
        assert await shows(screen.devbox, "Into the call")
        await keys(pilot, "enter enter")
        await settled(pilot)
        assert ("step_in", 1, 1) in debugging.asked


async def test_ctrl_c_leaves_the_debugger_first() -> None:
    async with debugger() as (screen, pilot, _):
        app = screen.devbox
        await keys(pilot, "ctrl+c")
        assert app.is_running
        assert screen not in app.screen_stack


def test_default_keys_do_not_clash() -> None:
    assert assign(ACTIONS, {}).problems == ()


def test_every_action_does_something() -> None:
    doing = Doing(None)  # type: ignore[arg-type]
    panels = {"source", "variables", "watches", "stack", "breakpoints", "console"}
    names = {action.id.removeprefix("debug_") for action in ACTIONS} - panels
    assert all(callable(doing.method(name)) for name in names)


def test_the_help_tells_every_action() -> None:
    shown = text(assign(ACTIONS, {}), 200, ACTIONS, Group, MOVING).plain
    assert [action.id for action in ACTIONS if action.help not in shown] == []


@pytest.mark.parametrize("id", ["debug_over", "debug_nothing"])
def test_a_wish_for_an_action_of_the_other_screen_is_told_where_it_is_unknown(id: str) -> None:
    problems = assign(ACTIONS, {id: "z"}).problems
    assert problems == (() if id == "debug_over" else ("keys.debug_nothing: there is no such action",))


async def test_the_program_may_be_opened_on_the_debugger_of_a_service() -> None:
    session = StubSession(shop.state())
    app = DevboxApp(session, Settings(), lambda: shop.NOW, debug="api")  # type: ignore[arg-type]
    async with app.run_test(size=(130, 36), notifications=True) as pilot:
        session.store.put(environment="dev")
        await pilot.pause()
        assert session.debugging.asked == [("attach", "api", "", False)]
        assert on(app).focus_on.service == "api"
