"""The lines a query wants, kept up to date in slices."""

from __future__ import annotations

from devbox.logs.buffer import LogBuffer
from devbox.logs.filtered import Filtered
from devbox.logs.merged import MergedLog
from devbox.logs.query import Query
from tests.logs.lines import line, texts

PLENTY = 1 << 30


def even(numbers: range) -> list[str]:
    return [f"even {number}" for number in numbers if number % 2 == 0]


def numbered(numbers: range) -> list:
    return [line(f"{'odd' if number % 2 else 'even'} {number}", number) for number in numbers]


def everything(view: Filtered) -> list[str]:
    while view.advance(limit=3):
        pass
    return texts(view.slice(view.first, view.end))


def test_a_slice_looks_at_a_bounded_number_of_lines() -> None:
    buffer = LogBuffer(100, PLENTY)
    buffer.extend(numbered(range(10)))
    view = Filtered(buffer, Query.parse("even"))
    assert view.advance(limit=4)
    assert texts(view.slice(0, 10)) == even(range(4))
    assert view.pending == 6
    assert not view.advance(limit=6)


def test_lines_that_arrive_later_are_found_without_looking_again() -> None:
    buffer = LogBuffer(100, PLENTY)
    buffer.extend(numbered(range(10)))
    view = Filtered(buffer, Query.parse("even"))
    everything(view)
    buffer.extend(numbered(range(10, 14)))
    assert view.pending == 4
    assert everything(view) == even(range(14))


def test_found_lines_that_the_source_drops_are_dropped() -> None:
    buffer = LogBuffer(4, PLENTY)
    buffer.extend(numbered(range(4)))
    view = Filtered(buffer, Query.parse("even"))
    everything(view)
    buffer.extend(numbered(range(4, 6)))
    assert everything(view) == ["even 2", "even 4"]
    assert (view.first, view.end) == (1, 3)


def test_a_late_line_of_a_merged_log_is_found_in_its_place() -> None:
    one, two = LogBuffer(100, PLENTY), LogBuffer(100, PLENTY)
    view = Filtered(MergedLog([one, two]), Query.parse("even"))
    one.extend([line("even 0", 0), line("even 2", 2), line("even 4", 4)])
    assert everything(view) == ["even 0", "even 2", "even 4"]
    before = view.version
    two.extend([line("even 1.5", 1)])
    assert everything(view) == ["even 0", "even 1.5", "even 2", "even 4"]
    assert view.altered(before) == 1


def test_a_found_line_tells_its_place_in_the_source() -> None:
    buffer = LogBuffer(100, PLENTY)
    buffer.extend(numbered(range(10)))
    view = Filtered(buffer, Query.parse("even 6"))
    everything(view)
    assert view.origin(0) == 6
