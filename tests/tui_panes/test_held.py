"""A log that stands still while it is read."""

from __future__ import annotations

import pytest

from devbox.logs.buffer import LogBuffer
from devbox.logs.merged import MergedLog
from devbox.tui.widgets import held
from devbox.tui.widgets.held import Held
from tests.logs.lines import line, texts

PLENTY = 1 << 30


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "SECURED", 10)
    monkeypatch.setattr(held, "LIMIT", 30)


def filled(cap: int, count: int) -> LogBuffer:
    buffer = LogBuffer(cap, PLENTY)
    buffer.extend([line(str(number), number) for number in range(count)])
    return buffer


def numbers(start: int, stop: int) -> list[str]:
    return [str(number) for number in range(start, stop)]


def test_every_line_of_a_quiet_log_can_be_reached() -> None:
    view = Held(filled(100, 50))
    assert (view.first, view.end) == (0, 50)
    assert texts(view.slice(0, 50)) == numbers(0, 50)
    assert texts(view.slice(38, 42)) == numbers(38, 42)


def test_the_newest_lines_stay_when_the_log_drops_them() -> None:
    buffer = filled(20, 20)
    view = Held(buffer)
    buffer.extend([line("later", 100)] * 20)
    assert (view.first, view.end) == (10, 20)
    assert texts(view.slice(view.first, view.end)) == numbers(10, 20)


def test_lines_that_come_are_below() -> None:
    buffer = filled(100, 20)
    view = Held(buffer)
    before = view.version
    buffer.extend([line("20", 20), line("21", 21)])
    view.pull()
    assert view.version != before
    assert texts(view.slice(15, 30)) == numbers(15, 22)


def test_it_does_not_grow_for_ever_and_says_that_the_log_went_on() -> None:
    buffer = filled(10_000, 20)
    view = Held(buffer)
    buffer.extend([line(str(number), number) for number in range(20, 200)])
    view.pull()
    assert view.behind
    assert texts(view.slice(10, 200)) == numbers(10, 40)


def test_a_late_line_goes_where_its_time_puts_it() -> None:
    one, two = filled(100, 25), LogBuffer(100, PLENTY)
    view = Held(MergedLog([one, two]))
    two.extend([line("late", 5)])
    view.pull()
    assert texts(view.slice(0, 26)) == [*numbers(0, 6), "late", *numbers(6, 25)]


def test_a_late_line_does_not_shift_what_is_read_of_a_log_that_went_on() -> None:
    one, two = filled(1000, 20), LogBuffer(100, PLENTY)
    view = Held(MergedLog([one, two]))
    one.extend([line(str(number), number) for number in range(20, 100)])
    view.pull()
    two.extend([line("late", 5)])
    view.pull()
    assert texts(view.slice(view.first, view.end)) == numbers(10, 40)
