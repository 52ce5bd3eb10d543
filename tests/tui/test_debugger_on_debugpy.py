"""The screen on the real debugger and a real process: what keys do to a program, and what its screen says then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

from textual.pilot import Pilot

from devbox.debug.model import Phase
from devbox.settings import Settings
from devbox.tui.app import DevboxApp
from devbox.tui.debugger.screen import DebuggerScreen
from tests.debug.target import PATIENCE, Target, target
from tests.debug.world import World
from tests.eventually import eventually
from tests.tui import shop
from tests.tui.debugging import on, rows
from tests.tui.driving import keys, screen_text
from tests.tui.stub import StubSession
from tests.tui.test_debugger_values import cursor, typed

PROGRAM = """
import sys


class Bad:
    def __repr__(self):
        raise ValueError("no repr")


def answer(number):
    bad, big = Bad(), "x" * 100_000
    numbers = list(range(250))
    price = number * 2
    print(price, flush=True)


print("ready", flush=True)
for line in sys.stdin:
    answer(int(line))
"""
LINE = 14
"""Where the price is printed."""


@asynccontextmanager
async def debugged(folder: Path) -> AsyncIterator[tuple[DebuggerScreen, Pilot[None], Target, World]]:
    """The program waits for a line, with a debugger in it and its file in sight."""
    async with target(folder, PROGRAM) as program, World.open(folder, program) as world:
        await program.answered("ready")
        world.inside.pairs = ((str(folder), str(folder)),)
        session = StubSession(shop.state())
        session.store, session.debugging = world.store, world.debugging  # type: ignore[assignment]
        app = DevboxApp(session, Settings(), time, debug="api")  # type: ignore[arg-type]
        async with app.run_test(size=(130, 36), notifications=True) as pilot:
            await until(lambda: world.told().phase is Phase.ATTACHED)
            screen = on(app)
            await keys(pilot, "o")
            await until(lambda: app.screen is not screen)
            await keys(pilot, f"{typed('app.py')} enter")
            await until(lambda: screen.source.path == str(program.file) and screen.view.count > 10)
            screen.view.go(LINE)
            await keys(pilot, "b")
            await until(lambda: f" ●  {LINE}" in screen_text(app))
            yield screen, pilot, program, world


async def until(check: object) -> None:
    await eventually(check, PATIENCE)  # type: ignore[arg-type]


async def test_from_a_breakpoint_by_key_to_another_answer_of_the_program(tmp_path: Path) -> None:
    async with debugged(tmp_path) as (screen, pilot, program, _):
        await program.say("21")
        await until(lambda: f"{LINE}▶" in screen_text(screen.devbox))
        await until(lambda: "price = 42" in rows(screen, "variables"))
        assert any(row.startswith("bad = ") for row in rows(screen, "variables"))
        cursor(screen, "price")
        await keys(pilot, "2 = 9 9 enter")
        await until(lambda: "price = 99" in rows(screen, "variables"))
        await keys(pilot, f"e {typed('number+1')} enter")
        await until(lambda: rows(screen, "console")[-1] == "22")
        await keys(pilot, "escape c")
        assert await program.answer() == "99"
        await until(lambda: "▶ api runs" in screen_text(screen.devbox))


async def test_an_endless_expression_is_cancelled_and_the_program_steps_on(tmp_path: Path) -> None:
    async with debugged(tmp_path) as (screen, pilot, program, _):
        await program.say("1")
        await until(lambda: f"{LINE}▶" in screen_text(screen.devbox))
        screen.console.prompt.value = "[None for _ in iter(int, 1)]"
        await keys(pilot, "e enter")
        await until(lambda: "no answer for" in screen_text(screen.devbox))
        await keys(pilot, "escape")
        await until(lambda: not screen.console.asked)
        screen.console.prompt.value = "number + 40"
        await keys(pilot, "enter")
        await until(lambda: rows(screen, "console")[-1] == "41")
        await keys(pilot, "escape c")
        assert await program.answer() == "2"


async def test_a_process_that_ends_while_it_stands_leaves_a_screen_that_says_so(tmp_path: Path) -> None:
    async with debugged(tmp_path) as (screen, pilot, program, world):
        await program.say("1")
        await until(lambda: f"{LINE}▶" in screen_text(screen.devbox))
        world.runs(api=None)
        program.kill()
        await until(lambda: "■" not in screen_text(screen.devbox).splitlines()[-2])
        await keys(pilot, "c 2 = v escape")
        assert "api" in screen_text(screen.devbox).splitlines()[-2]
