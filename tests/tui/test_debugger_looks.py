"""The debugger at every size, in both themes, and with text that means to do harm."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from devbox.debug.model import (
    Bound,
    Breakpoint,
    Debugged,
    Debuggee,
    ExceptionFilter,
    Pair,
    Phase,
    Printed,
    Source,
    Thread,
    Variable,
)
from devbox.tui import themes
from devbox.tui.debugger.coloured import Coloured
from tests.tui.debugging import debugger, settled
from tests.tui.driving import keys, screen_text, shows
from tests.tui.stub import StubSession
from tests.tui.stub_debugging import ROUTES, RUNS, STANDS, debugged, debuggee, frame, process, stop

SCREENS = Path(__file__).parent.parent / "screens"
WRITE = os.environ.get("DEVBOX_SCREENS") == "write"
HOSTILE = "a[/b][red]\x1b[31m\x1b]0;owned\x07\r\n\t\x00\u202eאבג\u200d漢字" + "ﷺ🧑‍🚀"

BROKEN = debugged(
    Debuggee(
        service="api",
        phase=Phase.FAILED,
        error="No way into shop-api-1:\n  it was not started with debugpy\n  gdb is not in the image",
        hint="Recreate it with the debug helper.",
    )
)
MANY = debugged(
    debuggee(process(1, stop("exception", text="KeyError: 7"), None)),
    debuggee(process(2, None, container="shop-worker-1", name="celery"), service="worker"),
    breakpoints=(
        Breakpoint(path=ROUTES, line=12, condition="item_id > 3"),
        Breakpoint(path=ROUTES, line=16, log="price {price}"),
    ),
    printed=(Printed(at=1, service="api", text="price 12\n", category="stdout"),),
)
CASES: dict[str, tuple[tuple[int, int], Debugged, str]] = {
    "debugger-130x36": ((130, 36), MANY, ""),
    "debugger-80x24": ((80, 24), MANY, ""),
    "debugger-60x15": ((60, 15), STANDS, "4"),
    "debugger-failed": ((100, 24), BROKEN, ""),
    "debugger-paths": ((100, 24), RUNS, "M"),
    "debugger-help": ((110, 76), STANDS, "?"),
}


def watching(session: StubSession) -> None:
    session.debugging.lines["watches"] = ("len(name)", "nope")


@pytest.mark.parametrize("name", CASES)
async def test_a_screen_looks_as_before(name: str) -> None:
    size, state, pressed = CASES[name]
    async with debugger(state, size=size, said=watching) as (screen, pilot, _):
        await keys(pilot, pressed)
        await settled(pilot)
        text = screen_text(screen.devbox)
    kept = SCREENS / f"{name}.txt"
    if WRITE:
        kept.write_text(text)
    assert text == kept.read_text()


@pytest.mark.parametrize("size", [(200, 50), (110, 22), (60, 15), (40, 10)])
async def test_any_size_shows_the_line_and_takes_keys(size: tuple[int, int]) -> None:
    async with debugger(size=size) as (screen, pilot, debugging):
        assert len(screen_text(screen.devbox).splitlines()) == size[1]
        await keys(pilot, "2 3 4 5 6 escape 1 m m n")
        await settled(pilot)
        assert ("next_", 1, 1) in debugging.asked


async def test_growing_brings_the_panels_back_and_keeps_the_line_in_sight() -> None:
    async with debugger(size=(60, 15)) as (screen, pilot, _):
        assert "Watches" not in screen_text(screen.devbox).splitlines()[5]
        await pilot.resize_terminal(140, 40)
        await settled(pilot)
        assert await shows(screen.devbox, "15▶")
        assert await shows(screen.devbox, "▏ 4 Stack")


async def test_a_terminal_that_becomes_tiny_does_no_harm() -> None:
    async with debugger() as (screen, pilot, _):
        for size in ((20, 5), (1, 1), (200, 3), (130, 36)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
        assert await shows(screen.devbox, "15▶")


async def test_one_panel_alone_and_back() -> None:
    async with debugger() as (screen, pilot, _):
        await keys(pilot, "4 m")
        await settled(pilot)
        text = screen_text(screen.devbox)
        assert "▶ item  routes.py:15" in text
        assert "def total" not in text
        await keys(pilot, "escape")
        await settled(pilot)
        assert "def total" in screen_text(screen.devbox)


async def test_the_other_theme_repaints_the_source() -> None:
    async with debugger() as (screen, pilot, _):
        row = 2
        before = screen._compositor.render_strips(screen.size)[row]
        screen.devbox.theme = themes.LIGHT.name
        await settled(pilot)
        after = screen._compositor.render_strips(screen.size)[row]
        assert before.text == after.text
        assert [segment.style for segment in before] != [segment.style for segment in after]


def hostile() -> Debugged:
    """Everything a debuggee may name, named to do harm."""
    one = Breakpoint(path=f"/{HOSTILE}", line=2, condition=HOSTILE, hits=HOSTILE, log=HOSTILE)
    here = frame(1, HOSTILE, 2)
    here = replace(here, source=Source(there=f"/{HOSTILE}", name=HOSTILE))
    stands = stop("exception", text=HOSTILE, frames=(here,))
    only = process(
        1,
        stands,
        name=HOSTILE,
        container=HOSTILE,
        bound={one: Bound(verified=False, message=HOSTILE)},
        filters=(ExceptionFilter(id="x", label=HOSTILE),),
    )
    only = replace(only, threads=(Thread(id=1, name=HOSTILE, stop=stands), Thread(id=2, name=HOSTILE)))
    api = debuggee(only, pairs=(Pair(host=HOSTILE, there=HOSTILE, why=HOSTILE),))
    other = Debuggee(service=HOSTILE, phase=Phase.FAILED, error=HOSTILE, hint=HOSTILE, note=HOSTILE)
    said = tuple(Printed(at=n, service=HOSTILE, text=HOSTILE * 200, category="stderr") for n in range(3))
    return debugged(api, other, breakpoints=(one,), printed=said)


@pytest.mark.parametrize("size", [(130, 36), (70, 18)])
async def test_hostile_text_neither_breaks_nor_reaches_the_terminal(size: tuple[int, int]) -> None:
    def said(session: StubSession) -> None:
        debugging = session.debugging
        big = HOSTILE * 4_000
        debugging.texts[f"/{HOSTILE}"] = f"{HOSTILE}\n{big}\n" * 3
        debugging.parts[100] = (
            Variable(name=HOSTILE, value=big, type=HOSTILE, reference=110, expression=HOSTILE),
            Variable(name="", value="", type=""),
        )
        debugging.answers = {"x": Variable(name=HOSTILE, value=big, type=HOSTILE), "y": big}
        debugging.lines = {"watches": ("x", HOSTILE, "y"), "console": (HOSTILE,)}

    async with debugger(hostile(), size=size, said=said) as (screen, pilot, _):
        app = screen.devbox
        pressed = "2 j l v escape y 3 j j 4 j enter 5 B escape 6 x enter 6 y enter 6 up escape M escape o escape > <"
        for key in pressed.split():
            await keys(pilot, key)
            await settled(pilot)
            text = screen_text(app)
            assert [character for character in text if ord(character) < 32 and character != "\n"] == []
            assert "\u202e" not in text
            assert all(strip.cell_length == size[0] for strip in screen._compositor.render_strips(screen.size))


async def test_a_hostile_name_of_what_stopped_is_told_as_it_is() -> None:
    async with debugger(hostile()) as (screen, _, _d):
        assert await shows(screen.devbox, "a[/b][red]")


def test_a_big_file_is_coloured_only_as_far_as_it_is_looked_at() -> None:
    source = Coloured("def one(x):\n    return 'two'\n" * 20_000, "big.py")
    assert source.line(1) == (("    return 'two'", ""),)
    assert source.advance(1, seconds=60)
    assert [kind for _, kind in source.line(1)] == ["", "keyword", "", "string", "string", "string"]
    assert source.line(30_001) == (("    return 'two'", ""),)


def test_a_token_over_several_lines_is_cut_at_their_ends() -> None:
    source = Coloured('x = """a\nb\n"""\ny = 1\n', "text.py")
    assert source.advance(3, seconds=60)
    assert ["".join(text for text, _ in source.line(n)) for n in range(4)] == source.lines
    assert {kind for _, kind in source.line(1)} == {"string"}


def test_a_file_of_an_unknown_kind_is_shown_without_colours() -> None:
    source = Coloured("one\r\ntwo\tthree\n", "README")
    assert source.advance(1, seconds=60)
    assert source.lines == ["one", "two     three"]
    assert source.line(0) == (("one", ""),)
