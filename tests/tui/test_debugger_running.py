"""Keys of the debugger that let threads go on, and what is in front."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.debug.model import Debugged, Phase, Printed, Source
from devbox.tui.debugger import running
from devbox.tui.debugger.scene import Focus
from tests.tui import shop
from tests.tui.debugging import debugger, on, rows, settled
from tests.tui.driving import keys, opened, screen_text, shows
from tests.tui.stub_debugging import FRAMES, ROUTES, RUNS, STANDS, debugged, debuggee, frame, process, stop


@pytest.mark.parametrize(
    ("pressed", "asked"),
    [
        ("c", ("go_on", 1, 1)),
        ("f5", ("go_on", 1, 1)),
        ("n", ("next_", 1, 1)),
        ("s", ("step_in", 1, 1)),
        ("r", ("step_out", 1, 1)),
        ("R", ("restart_frame", 1, 1)),
    ],
)
async def test_a_key_lets_the_thread_in_front_go_on(pressed: str, asked: tuple[object, ...]) -> None:
    async with debugger() as (_, pilot, debugging):
        await keys(pilot, pressed)
        await settled(pilot)
        assert asked in debugging.asked


async def test_what_runs_can_be_paused_and_not_stepped() -> None:
    async with debugger(RUNS) as (screen, pilot, debugging):
        await keys(pilot, "n")
        assert await shows(screen.devbox, "over: the thread in front runs")
        await keys(pilot, "P")
        await settled(pilot)
        assert ("pause", 1, 1) in debugging.asked


async def test_a_refusal_of_the_debuggee_is_told() -> None:
    async with debugger() as (screen, pilot, debugging):
        debugging.refuses = "The process 8 is gone."
        await keys(pilot, "c")
        assert await shows(screen.devbox, "The process 8 is gone.")


async def test_a_stop_shows_its_line_with_why_and_where() -> None:
    async with debugger() as (screen, _, _d):
        text = screen_text(screen.devbox)
        assert "15▶     price = 3 * len(name)" in text
        assert "■ routes.py:15 item · breakpoint · shop-api-1 · MainThread" in text


async def test_an_exception_is_told_where_it_was_raised_in_the_users_own_code() -> None:
    raised = stop(
        "exception", text="KeyError: 'pear'", frames=(frame(9, "get", 3, "/usr/lib/x.py", subtle=True), *FRAMES)
    )
    async with debugger(debugged(debuggee(process(1, raised)))) as (screen, _, _d):
        assert await shows(screen.devbox, "price = 3 * len(name)   ◂ KeyError: 'pear'")
        assert "exception: KeyError: 'pear'" in screen_text(screen.devbox).splitlines()[-2]


async def test_frames_are_walked_over_the_calls_of_libraries() -> None:
    async with debugger() as (screen, pilot, _):
        assert "3 calls of libraries" in rows(screen, "stack")
        await keys(pilot, "u")
        assert await shows(screen.devbox, "22▷     return sum(numbers)")
        await keys(pilot, "d")
        assert await shows(screen.devbox, "15▶     price")


async def test_a_step_shows_the_next_line_and_what_changed() -> None:
    async with debugger() as (screen, pilot, debugging):
        first, *others = debugging.parts[100]
        debugging.parts[100] = (replace(first, value="3"), *others)
        debugging.put_state(RUNS)
        await pilot.pause()
        assert "▶ api runs" in screen_text(screen.devbox)
        stepped = stop("step", at=11.0, frames=(replace(FRAMES[0], line=16), *FRAMES[1:]))
        debugging.put_state(debugged(debuggee(process(1, stepped, None))))
        assert await shows(screen.devbox, "16▶     answer =")
        await settled(pilot)
        nodes = {node.text: node for _, node in screen.variables.outline.rows}
        assert ("3", "busy") in nodes["item_id = 3"].spans
        assert ("'pear'", "string") in nodes["name = 'pear'"].spans


async def test_a_new_stop_does_not_take_away_the_one_that_is_looked_at() -> None:
    async with debugger() as (screen, pilot, debugging):
        other = stop(at=20.0, frames=(frame(30, "total", 22),))
        debugging.put_state(debugged(debuggee(process(1, stop(), other))))
        assert await shows(screen.devbox, "1 more stands")
        assert "15▶" in screen_text(screen.devbox)
        await keys(pilot, ">")
        assert await shows(screen.devbox, "22▶     return sum")


async def test_the_source_of_the_first_stop_takes_the_keys() -> None:
    async with debugger(RUNS) as (screen, pilot, debugging):
        debugging.put_state(STANDS)
        await settled(pilot)
        await keys(pilot, "j")
        assert screen.view.cursor == 16


async def test_a_thread_that_is_only_held_gives_way_to_the_one_that_stopped() -> None:
    async with debugger(RUNS) as (screen, _, debugging):
        held = stop("held", frames=())
        debugging.put_state(debugged(debuggee(process(1, held, stop()))))
        assert await shows(screen.devbox, "15▶")
        assert screen.focus_on.thread == 2


async def test_the_calls_of_a_held_thread_are_asked_for_when_it_is_looked_at() -> None:
    held = stop("held", frames=())
    async with debugger(debugged(debuggee(process(1, stop(), held)))) as (screen, pilot, debugging):
        await keys(pilot, "4 G l")
        await settled(pilot)
        assert ("frames", 1, 2, 0) in debugging.asked
        assert any("oldest" in row for row in rows(screen, "stack"))


async def test_services_and_processes_are_told_apart_and_switched() -> None:
    worker = debuggee(process(2, None, container="shop-worker-1", name="celery"), service="worker")
    api = debuggee(process(1, stop()), process(3, None, name="reloader"))
    async with debugger(debugged(api, worker)) as (screen, pilot, _):
        shown = rows(screen, "stack")
        assert {"api  stands", "worker  runs", "reloader  shop-api-1 pid 10"} <= set(shown)
        await keys(pilot, ">")
        assert await shows(screen.devbox, "▶ worker runs")


async def test_from_a_thread_that_runs_a_key_leads_to_the_one_that_stands() -> None:
    async with debugger(debugged(debuggee(process(1, stop(), None)))) as (screen, pilot, _):
        screen.look(Focus(service="api", process=1, thread=2))
        await keys(pilot, ">")
        assert screen.focus_on.thread == 1


async def test_elsewhere_a_stop_is_told_and_one_key_leads_there() -> None:
    async with opened(shop.state()) as (app, pilot, session):
        session.store.put(debugged=STANDS)
        assert await shows(app, "api stopped at routes.py:15 (breakpoint in item): B")
        await keys(pilot, "B")
        await settled(pilot)
        assert on(app).focus_on.service == "api"
        assert await shows(app, "15▶     price")


async def test_leaving_the_screen_detaches_nothing_and_keeps_what_was_open() -> None:
    async with debugger() as (screen, pilot, debugging):
        app = screen.devbox
        await keys(pilot, "G escape")
        assert screen not in app.screen_stack
        assert not [asked for asked in debugging.asked if asked[0] == "detach"]
        await keys(pilot, "B")
        await settled(pilot)
        assert on(app) is screen
        assert screen.view.cursor == screen.view.count


async def test_disconnecting_lets_the_service_go_on() -> None:
    async with debugger() as (_, pilot, debugging):
        await keys(pilot, "Q")
        assert ("detach", "api") in debugging.asked


async def test_a_service_that_restarts_says_so_and_comes_back() -> None:
    async with debugger() as (screen, _, debugging):
        debugging.put_state(debugged(debuggee(phase=Phase.AWAY, note="shop-api-1 is being recreated")))
        assert await shows(screen.devbox, "◌ api: shop-api-1 is being recreated")
        debugging.put_state(STANDS)
        assert await shows(screen.devbox, "15▶")


async def test_what_debuggees_say_comes_into_the_console_once() -> None:
    async with debugger() as (screen, pilot, debugging):
        said = tuple(Printed(at=n, service="api", text=f"price {n}\n", category="stdout") for n in range(3))
        debugging.put_state(replace(STANDS, printed=said[:2]))
        debugging.put_state(replace(STANDS, printed=said))
        await pilot.pause()
        assert rows(screen, "console") == ["price 0", "price 1", "price 2"]


async def test_source_that_only_the_container_has_is_marked() -> None:
    only = stop(frames=(frame(1, "app", 2, "/usr/lib/app.py"),))

    async with debugger(
        debugged(debuggee(process(1, only))),
        said=lambda session: session.debugging.texts.update({"/usr/lib/app.py": "one\ntwo\n"}),
    ) as (screen, _, _d):
        assert await shows(screen.devbox, "/usr/lib/app.py  only in the container")
        assert "2▶ two" in screen_text(screen.devbox)


async def test_a_source_that_cannot_be_had_says_why() -> None:
    lost = stop(frames=(frame(1, "app", 2, "/gone.py"),))
    async with debugger(debugged(debuggee(process(1, lost)))) as (screen, _, _d):
        assert await shows(screen.devbox, "No source: /gone.py is not in the container.")


async def test_nothing_is_asked_of_a_project_that_is_not_debugged() -> None:
    async with opened(shop.state(debugged=Debugged())) as (app, pilot, _):
        await keys(pilot, "B")
        assert await shows(app, "choose one service to debug")


async def test_a_file_that_was_saved_is_read_anew_once_its_process_was_reloaded() -> None:
    async with debugger() as (screen, _, debugging):
        debugging.texts[ROUTES] = debugging.texts[ROUTES].replace("3 * len", "5 * len")
        debugging.put_state(debugged(debuggee(process(2, None))))
        assert await shows(screen.devbox, "price = 5 * len(name)")


async def test_the_file_is_read_anew_at_each_stop() -> None:
    async with debugger() as (screen, _, debugging):
        debugging.texts[ROUTES] = debugging.texts[ROUTES].replace("3 * len", "4 * len")
        debugging.put_state(debugged(debuggee(process(1, stop(at=30.0), None))))
        assert await shows(screen.devbox, "price = 4 * len(name)")


async def test_a_line_is_gone_to_though_its_file_is_asked_for_anew_meanwhile() -> None:
    async with debugger() as (screen, pilot, debugging):
        debugging.texts["/shop/api/src/long.py"] = "pass\n" * 90
        screen.open(Source(there="", host="/shop/api/src/long.py"), 70)
        screen.source.reread()
        await settled(pilot)
        assert screen.view.cursor == 70


async def test_a_step_typed_ahead_is_taken_when_the_thread_stands_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_SOON", 60.0)  # however slow this machine is
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, "n")
        await settled(pilot)
        debugging.put_state(RUNS)
        await keys(pilot, "n")
        assert "runs" not in "".join(str(told.message) for told in screen.devbox._notifications)
        debugging.put_state(debugged(debuggee(process(1, stop("step", at=11.0), None))))
        await settled(pilot)
        assert [asked for asked in debugging.asked if asked[0] == "next_"] == [("next_", 1, 1), ("next_", 1, 1)]
