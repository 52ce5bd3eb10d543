"""Variables, watches and the console."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.debug.model import Completion, Scope, Variable
from devbox.tui.debugger.screen import DebuggerScreen
from tests.eventually import eventually
from tests.tui.debugging import debugger, rows, settled
from tests.tui.driving import keys, screen_text, shows
from tests.tui.stub import StubSession
from tests.tui.stub_debugging import FRAMES, RUNS, debugged, debuggee, process, stop


def typed(text: str) -> str:
    """Keys that type it."""
    names = {" ": "space", ".": "full_stop", "(": "left_parenthesis", ")": "right_parenthesis", "+": "plus"}
    return " ".join(names.get(character, character) for character in text)


def watching(*expressions: str) -> object:
    def said(session: StubSession) -> None:
        session.debugging.lines["watches"] = expressions

    return said


def cursor(screen: DebuggerScreen, name: str) -> None:
    """Stand on the variable of that name."""
    outline = screen.variables.outline
    outline.go(next(node.key for _, node in outline.rows if node.key.rpartition("/")[2] == name))


async def test_the_locals_are_there_with_the_stop_and_nothing_else_is_asked_for() -> None:
    async with debugger() as (screen, _, debugging):
        assert rows(screen, "variables")[:3] == ["Locals", "item_id = 2", "name = 'pear'"]
        assert [asked for asked in debugging.asked if asked[0] == "variables"] == [("variables", 100, 0, 0)]


async def test_a_value_is_opened_once_and_stays_open_at_the_next_stop() -> None:
    async with debugger() as (screen, pilot, debugging):
        cursor(screen, "answer")
        await keys(pilot, "2 l")
        await settled(pilot)
        assert "'name' = 'pear'" in rows(screen, "variables")
        debugging.parts[110] = (Variable(name="'name'", value="'plum'", type="str"),)
        debugging.put_state(debugged(debuggee(process(1, stop("step", at=11.0), None))))
        await eventually(lambda: "'name' = 'plum'" in rows(screen, "variables"))


async def test_a_big_list_comes_in_slices_of_a_hundred() -> None:
    async with debugger() as (screen, pilot, debugging):
        cursor(screen, "many")
        await keys(pilot, "2 l")
        await settled(pilot)
        assert {"[0 … 99]", "[100 … 199]", "[200 … 249]"} <= set(rows(screen, "variables"))
        await keys(pilot, "j j l")
        await settled(pilot)
        assert ("variables", 120, 100, 100) in debugging.asked
        assert "150 = 22500" in rows(screen, "variables")


async def test_parts_that_all_come_at_once_are_shown_in_slices_too() -> None:
    async with debugger() as (screen, pilot, debugging):
        debugging.parts[110] = tuple(Variable(name=str(n), value=str(n)) for n in range(130))
        cursor(screen, "answer")
        await keys(pilot, "2 l")
        await settled(pilot)
        assert {"[0 … 99]", "[100 … 129]"} <= set(rows(screen, "variables"))


async def test_a_variable_is_set_and_a_refusal_is_said_where_it_was_typed() -> None:
    async with debugger() as (screen, pilot, debugging):
        cursor(screen, "item_id")
        await keys(pilot, "2 = b a d enter")
        assert await shows(screen.devbox, "NameError: name 'bad' is not defined")
        await keys(pilot, "backspace backspace backspace 4 1 enter")
        await settled(pilot)
        assert ("set", 100, "item_id", "41") in debugging.asked
        assert "item_id = 41" in rows(screen, "variables")


async def test_what_was_set_is_shown_in_a_slice_and_under_a_name_with_a_slash() -> None:
    async with debugger() as (screen, pilot, debugging):
        paths = (Variable(name="'/a/b'", value="0"), *(Variable(name=str(n), value=str(n)) for n in range(130)))
        debugging.parts[110] = paths
        cursor(screen, "answer")
        await keys(pilot, "2 l")
        await settled(pilot)
        await keys(pilot, "j l j = 4 1 enter")
        await settled(pilot)
        assert ("set", 110, "'/a/b'", "41") in debugging.asked
        assert "'/a/b' = 41" in rows(screen, "variables")


async def test_a_failing_read_of_parts_says_why_in_their_place() -> None:
    async with debugger() as (screen, pilot, debugging):
        del debugging.parts[110]
        debugging.parts[110] = ()
        cursor(screen, "answer")
        await keys(pilot, "2 l")
        await settled(pilot)
        assert "it has no parts" in rows(screen, "variables")


async def test_while_the_thread_runs_the_last_values_stay_in_a_quiet_voice() -> None:
    async with debugger() as (screen, pilot, debugging):
        debugging.put_state(RUNS)
        await pilot.pause()
        assert "item_id = 2" in rows(screen, "variables")
        assert screen.variables.outline.stale


async def test_watches_are_evaluated_at_each_stop_and_a_failing_one_says_why() -> None:
    async with debugger(said=watching("len(name)", "nope")) as (screen, _, debugging):
        assert rows(screen, "watches") == ["len(name) = 4", "nope  NameError: name 'nope' is not defined"]
        debugging.answers["len(name)"] = Variable(name="", value="5", type="int")
        debugging.put_state(debugged(debuggee(process(1, stop("step", at=11.0), None))))
        await eventually(lambda: rows(screen, "watches")[0] == "len(name) = 5")


async def test_a_watch_is_added_by_typing_or_from_a_variable_changed_and_removed() -> None:
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, f"w {typed('len(name)')} enter")
        cursor(screen, "answer")
        await keys(pilot, "2 w")
        await settled(pilot)
        assert debugging.lines["watches"] == ("len(name)", "answer")
        assert rows(screen, "watches") == ["len(name) = 4", "answer = {'id': 2}  dict"]
        await keys(pilot, "3 g x")
        assert debugging.lines["watches"] == ("answer",)
        await keys(pilot, f"= {typed('len(name)')} enter")
        assert debugging.lines["watches"] == ("len(name)",)


async def test_an_expression_is_evaluated_in_the_frame_in_front() -> None:
    async with debugger() as (screen, pilot, debugging):
        await keys(pilot, f"u e {typed('len(name)')} enter")
        await settled(pilot)
        assert ("evaluate", "len(name)", 5, "repl") in debugging.asked
        assert rows(screen, "console") == ["› len(name)", "4"]


async def test_an_answer_with_parts_can_be_opened_in_the_console() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "e a n s w e r enter")
        await settled(pilot)
        screen.console.outline.focus()
        await keys(pilot, "l")
        await settled(pilot)
        assert "'name' = 'pear'" in rows(screen, "console")


async def test_the_console_remembers_what_was_asked_between_runs() -> None:
    def said(session: StubSession) -> None:
        session.debugging.lines["console"] = ("first", "second")

    async with debugger(said=said) as (screen, pilot, debugging):
        await keys(pilot, "e up up")
        assert screen.console.prompt.value == "first"
        await keys(pilot, "down enter")
        await settled(pilot)
        assert debugging.lines["console"] == ("first", "second")


async def test_tab_completes_and_goes_round_the_offers() -> None:
    offers = tuple(Completion(text=text, label=text, start=0, length=2) for text in ("name", "names"))
    async with debugger() as (screen, pilot, debugging):
        debugging.offers = offers
        await keys(pilot, "e n a tab")
        await settled(pilot)
        assert screen.console.prompt.value == "name"
        assert await shows(screen.devbox, "name  names")
        await keys(pilot, "tab")
        assert screen.console.prompt.value == "names"
        await keys(pilot, "x")
        assert screen.console.prompt.value == "namesx"


@pytest.mark.parametrize("size", [(130, 36), (80, 24)])
async def test_an_expression_that_never_answers_is_waited_for_and_cancelled(size: tuple[int, int]) -> None:
    async with debugger(size=size) as (screen, pilot, debugging):
        await keys(pilot, "e h a n g enter")
        assert await shows(screen.devbox, "no answer for")
        await keys(pilot, "escape")
        await eventually(lambda: debugging.cancelled == ["hang"])
        assert "cancelled" in rows(screen, "console")
        await keys(pilot, f"{typed('len(name)')} enter")
        await settled(pilot)
        assert rows(screen, "console")[-1] == "4"


async def test_a_statement_of_the_console_may_change_what_is_shown() -> None:
    async with debugger() as (screen, pilot, debugging):
        debugging.parts[100] = (Variable(name="item_id", value="99", type="int"),)
        await keys(pilot, f"e {typed('len(name)')} enter")
        await settled(pilot)
        await eventually(lambda: "item_id = 99" in rows(screen, "variables"))


async def test_values_are_viewed_whole_and_copied() -> None:
    async with debugger() as (screen, pilot, debugging):
        debugging.parts[100] = (Variable(name="text", value="x" * 3000 + "END", type="str"),)
        debugging.put_state(debugged(debuggee(process(1, stop("step", at=11.0), None))))
        await eventually(lambda: len(screen.variables.outline.rows) == 3)
        await settled(pilot)
        cursor(screen, "text")
        await keys(pilot, "2 enter")
        assert await shows(screen.devbox, "y copy · Esc close")
        await keys(pilot, "escape y")
        assert screen.devbox.clipboard.endswith("END")


async def test_scopes_of_another_frame_are_another_ones() -> None:
    async with debugger() as (screen, pilot, debugging):

        async def scopes(process: int, frame: int) -> tuple[Scope, ...]:
            return (Scope(name=f"Locals of {frame}", reference=101),)

        debugging.scopes = scopes  # type: ignore[method-assign]
        await keys(pilot, "u")
        await settled(pilot)
        assert rows(screen, "variables")[0] == "Locals of 5"


async def test_two_values_of_one_name_are_two_rows() -> None:
    async with debugger() as (screen, _, debugging):
        debugging.parts[100] = (Variable(name="a", value="1"), Variable(name="a", value="2"))
        same = (replace(FRAMES[0], id=8), *FRAMES[1:])
        debugging.put_state(debugged(debuggee(process(1, stop("step", at=11.0, frames=same), None))))
        await eventually(lambda: rows(screen, "variables")[1:3] == ["a = 1", "a = 2"])
        assert "a = 2" in screen_text(screen.devbox)
