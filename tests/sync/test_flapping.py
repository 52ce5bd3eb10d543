"""Loops: a change that sets off itself."""

from __future__ import annotations

from devbox.sync.flapping import TIMES, Loops


def test_a_file_that_changes_right_after_what_it_set_off_is_in_a_loop() -> None:
    loops = Loops()
    found = None
    for at in range(TIMES):
        found = loops.changed(["gen.log"], float(at))
        loops.acted(["gen.log"], at + 0.1)
    assert found == ("gen.log", TIMES)


def test_somebody_who_saves_often_is_not() -> None:
    loops = Loops()
    for at in range(0, 20 * TIMES, 2):
        assert loops.changed(["main.py"], float(at)) is None
        loops.acted(["main.py"], at + 0.1)


def test_a_file_that_is_written_often_without_anything_set_off_is_not() -> None:
    loops = Loops()
    assert not any(loops.changed(["x"], at / 10) for at in range(100))
