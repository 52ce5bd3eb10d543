"""Loops: a change that sets off itself, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devbox.sync.flapping import TIMES, TRIALS, Loops

PATH = "gen.log"


class World:
    """A rule that acts for `takes` ticks of a tenth of a second on what passes; `writes` says when somebody writes the
    path, `answers` so many ticks after each beginning it changes by itself (0: never)."""

    def __init__(self, takes: int = 1, answers: int = 0, writes: Callable[[int], bool] = lambda tick: not tick) -> None:
        self.loops = Loops()
        self.takes, self.answers, self.writes = takes, answers, writes
        self.version = self.sent = 0
        self.looped: list[str] = []

    def run(self, seconds: float) -> None:
        due = answer = -1
        owed = False
        for tick in range(int(seconds * 10)):
            at = tick / 10
            owed = owed or bool(self.loops.release(at).passed)
            if self.writes(tick) or tick == answer:
                self.version += 1
                sifted = self.loops.changed([PATH], at)
                owed = owed or bool(sifted.passed)
                self.looped += sifted.looped
            if tick == due:
                self.loops.acted([PATH], at)
            if owed and tick >= due:
                self.loops.acting([PATH], at)
                self.sent, owed, due = self.version, False, tick + self.takes
                answer = tick + self.answers if self.answers else -1


@pytest.mark.parametrize(("takes", "answers"), [(1, 2), (1, 8), (45, 40)])
def test_a_file_that_changes_whenever_it_was_sent_is_stopped_and_named_once(takes: int, answers: int) -> None:
    world = World(takes=takes, answers=answers)
    world.run(200)
    assert world.looped == [PATH]
    assert world.version <= TIMES + TRIALS + 4


def test_a_file_that_is_written_all_the_time_is_sent_all_the_time() -> None:
    world = World(writes=lambda tick: tick < 500)
    world.run(60)
    assert (world.looped, world.sent) == ([], world.version)


@pytest.mark.parametrize("takes", [1, 12])
def test_somebody_who_saves_often_loses_nothing(takes: int) -> None:
    for period in range(1, 40):
        for saves in range(1, 12):
            world = World(takes=takes, writes=lambda tick, p=period, n=saves: tick % p == 0 and tick // p < n)
            world.run(period * saves / 10 + 16)
            assert world.sent == world.version, (period, saves)


def test_what_is_saved_right_after_a_stopped_file_was_let_through_is_let_through_later() -> None:
    world = World(answers=2)
    world.run(15)
    assert world.looped == [PATH]
    loops = world.loops
    let_through = next(at for at in range(15, 400) if loops.release(at).passed)
    loops.acted([PATH], let_through)
    assert loops.changed([PATH], let_through + 0.5).held
    assert any(loops.release(let_through + later).passed for later in range(1, 1200))
