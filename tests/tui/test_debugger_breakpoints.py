"""Breakpoints, exceptions to stop at, and finding files and lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from devbox.debug.model import Bound, Breakpoint, Debugged
from devbox.tui.debugger.files import below, best, roots
from devbox.tui.debugger.screen import DebuggerScreen
from tests.tui.debugging import debugger, rows, settled
from tests.tui.driving import keys, screen_text, shows
from tests.tui.stub_debugging import ROUTES, RUNS, StubDebugging


def line(screen: DebuggerScreen, number: int) -> str:
    """That line of the source as it stands on the screen."""
    found = [row for row in screen_text(screen.devbox).splitlines() if f" {number}" in row[:9]]
    return found[0] if found else ""


def breakpoints(screen: DebuggerScreen) -> list[tuple[str, int]]:
    return [(one.path, one.line) for one in screen.state.debugged.breakpoints]


def made(debugging: StubDebugging, screen: DebuggerScreen, bound: Bound) -> None:
    debugging.bind({screen.state.debugged.breakpoints[0]: bound})


async def test_a_key_sets_a_breakpoint_on_the_line_and_takes_it_away() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "j j b")
        assert breakpoints(screen) == [(ROUTES, 17)]
        assert line(screen, 17).startswith(" ○")
        await keys(pilot, "f9")
        assert breakpoints(screen) == []


async def test_a_click_beside_a_line_does_the_same() -> None:
    async with debugger() as (screen, pilot, _):
        await pilot.click("#source", offset=(2, 3))
        assert breakpoints(screen) == [(ROUTES, 4)]
        await pilot.click("#source", offset=(2, 3))
        assert breakpoints(screen) == []


async def test_the_mark_says_what_the_process_made_of_it() -> None:
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, "b")
        made(debugging, screen, Bound(verified=True, line=16))
        await pilot.pause()
        assert line(screen, 16).startswith(" ●")
        made(debugging, screen, Bound(verified=False, message="no code on that line"))
        await pilot.pause()
        assert line(screen, 15).startswith(" ○")
        assert "○ routes.py:15  no code on that line  api/src/" in rows(screen, "breakpoints")


async def test_one_that_was_moved_is_taken_away_where_it_shows() -> None:
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, "b")
        made(debugging, screen, Bound(verified=True, line=16))
        await keys(pilot, "j b")
        assert breakpoints(screen) == []


async def test_condition_hits_and_message_are_edited_together() -> None:
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, "B i d tab 3 enter")
        (one,) = screen.state.debugged.breakpoints
        assert (one.condition, one.hits, one.log) == ("id", "3", "")
        made(debugging, screen, Bound(verified=True, line=15))
        await pilot.pause()
        assert line(screen, 15).startswith(" ◆")
        await keys(pilot, "5 g B tab tab h i enter")
        assert screen.state.debugged.breakpoints[0].log == "hi"
        assert "△ routes.py:15  if id  hits 3  log hi  api/src/" in rows(screen, "breakpoints")


async def test_a_message_with_an_open_brace_is_refused() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "B tab tab { i enter")
        assert await shows(screen.devbox, "A { of the message is not closed.")
        assert breakpoints(screen) == []


async def test_space_turns_it_off_enter_goes_there_and_x_removes_it() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "j j b g 5 g space")
        assert screen.state.debugged.breakpoints[0].enabled is False
        assert "◌ routes.py:17  api/src/" in rows(screen, "breakpoints")
        await keys(pilot, "enter")
        assert screen.view.cursor == 17
        await keys(pilot, "5 x")
        assert breakpoints(screen) == []


async def test_kinds_of_exceptions_begin_as_the_debuggee_has_them_and_are_turned() -> None:
    async with debugger() as (screen, pilot, debugging):
        assert rows(screen, "breakpoints") == ["☐ Raised Exceptions", "☑ Uncaught Exceptions"]
        await keys(pilot, "X space")
        assert ("stop_at", "raised", "uncaught") in debugging.asked
        assert rows(screen, "breakpoints") == ["☑ Raised Exceptions", "☑ Uncaught Exceptions"]


async def test_breakpoints_can_be_set_before_anything_is_attached() -> None:
    async with debugger(Debugged(breakpoints=(Breakpoint(path=ROUTES, line=15),))) as (screen, pilot, _):
        await keys(pilot, "5 enter")
        assert await shows(screen.devbox, " ○  15")


async def test_a_service_that_is_attached_to_shows_where_it_will_stop() -> None:
    running = replace(RUNS, breakpoints=(Breakpoint(path="/else/a.py", line=1), Breakpoint(path=ROUTES, line=15)))
    async with debugger(running) as (screen, _, _d):
        assert await shows(screen.devbox, " ○  15")
        assert screen.view.cursor == 15


async def test_search_goes_from_match_to_match() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "g / i t e m _ i d")
        assert await shows(screen.devbox, "1 of 4")
        await keys(pilot, "enter full_stop")
        assert screen.view.cursor == 10
        await keys(pilot, "comma comma")
        assert screen.view.cursor == 16
        await keys(pilot, "escape")
        assert not screen.source.finding


async def test_a_line_is_gone_to_by_its_number() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "L x enter")
        assert await shows(screen.devbox, "'x' is not the number of a line.")
        await keys(pilot, "backspace 2 0 enter")
        assert screen.view.cursor == 20


async def test_a_file_of_the_mapped_folders_is_found_by_some_letters(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "orders.py").write_text("ORDERS = {}\n")
    (tmp_path / "notes.png").write_bytes(b"")
    found = below([str(tmp_path)])
    assert found == (str(tmp_path / "src" / "orders.py"),)
    async with debugger(RUNS) as (screen, pilot, debugging):
        pairs = screen.state.debugged.services["api"].pairs
        one = pairs[0].__class__(host=str(tmp_path), there="/app", why="bind mount")
        now = screen.state.debugged
        api = now.services["api"].__class__(service="api", phase=now.services["api"].phase, pairs=(one,))
        debugging.texts[str(tmp_path / "src" / "orders.py")] = "ORDERS = {}\n"
        debugging.put_state(Debugged(services={"api": api}))
        await keys(pilot, "o")
        await settled(pilot)
        await keys(pilot, "o r d enter")
        assert await shows(screen.devbox, "1  ORDERS = {}")


def test_the_projects_own_folders_are_looked_into_first_and_of_a_mounted_home_only_the_project() -> None:
    assert roots(["/home/me", "/opt/lib", "/home/me/shop/api"], "/home/me/shop") == (
        "/home/me/shop",
        "/home/me/shop/api",
        "/opt/lib",
    )
    assert roots([], "/shop") == ("/shop",)


def test_the_best_match_has_its_letters_in_the_files_name() -> None:
    labels = ["src/app/routes.py", "src/routes/index.py", "tests/test_routes.py", "src/router_extras.py"]
    assert [labels[at] for at in best(labels, "routes")] == [labels[0], labels[2], labels[1], labels[3]]
    assert best(labels, "zzz") == []
