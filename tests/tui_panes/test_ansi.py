"""Log lines are shown as a terminal would show them."""

from __future__ import annotations

import pytest
from rich.style import Style

from devbox.tui.widgets.ansi import parse, whole
from tests.tui_panes.host import HOSTILE


@pytest.mark.parametrize(
    ("sequence", "style"),
    [
        ("1;31", Style(bold=True, color="color(1)")),
        ("91", Style(color="color(9)")),
        ("44", Style(bgcolor="color(4)")),
        ("38;5;200", Style(color="color(200)")),
        ("38;2;1;2;3", Style(color="#010203")),
        ("48:2::1:2:3", Style(bgcolor="#010203")),
        ("3;4;9;7", Style(italic=True, underline=True, strike=True, reverse=True)),
        ("99999999999999999999;32", Style(color="color(2)")),
    ],
)
def test_sgr_becomes_a_style(sequence: str, style: Style) -> None:
    styled = parse(f"a\x1b[{sequence}mb\x1b[mc", 100)
    assert styled.text == "abc"
    assert styled.runs == ((1, 2, style),)


def test_attributes_end_one_by_one() -> None:
    styled = parse("\x1b[1;31ma\x1b[22mb\x1b[39mc", 100)
    assert styled.runs == ((0, 1, Style(bold=True, color="color(1)")), (1, 2, Style(color="color(1)")))


def test_a_progress_bar_shows_where_it_ended() -> None:
    assert parse("10%\r\x1b[32m55%\r100%\r", 100).text == "100%"


def test_tabs_count_from_the_line_not_from_the_colour() -> None:
    assert parse("abc\x1b[31m\tx", 100).text == "abc     x"


def test_only_as_much_as_asked_for_is_parsed() -> None:
    styled = parse("\x1b[31m" + "x" * 1_000_000, 50)
    assert len(styled.text) == 50
    assert styled.cut


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_unprintable_stays(hostile: str) -> None:
    for text in (parse(hostile, 4_096).text, parse(hostile, 10).text, whole(hostile).replace("\n", "")):
        assert all(ord(character) >= 32 and not 0x7F <= ord(character) < 0xA0 for character in text)
