"""Graphs of block characters."""

from __future__ import annotations

from devbox.tui.widgets.sparkline import graph


def test_values_fill_from_the_right() -> None:
    assert graph([1, 2, 4, 8], 6) == ["  ▁▂▄█"]


def test_several_rows_add_up() -> None:
    assert graph([8, 16], 2, 2) == [" █", "██"]


def test_something_is_never_shown_as_nothing() -> None:
    assert graph([0, 1, 1_000_000], 3) == [" ▁█"]


def test_nothing_is_a_blank_row() -> None:
    assert graph([], 3) == ["   "]
    assert graph([0, 0], 3) == ["   "]


def test_a_fixed_top() -> None:
    assert graph([50], 1, top=100) == ["▄"]
