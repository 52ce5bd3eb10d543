"""Outside text never carries a control character, an escape sequence or markup to the terminal."""

from __future__ import annotations

import pytest

from devbox.tui.text import clean, plain, plain_cell, shorten, shorten_name
from tests.tui_panes.host import HOSTILE


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_only_printable_characters_stay(hostile: str) -> None:
    for text in (clean(hostile), clean(hostile, lines=False), shorten(hostile, 40), plain(hostile).plain):
        assert all(ord(character) >= 32 or character == "\n" for character in text)
        assert not any(0x7F <= ord(character) < 0xA0 for character in text)
        text.encode()


def test_brackets_mean_nothing() -> None:
    assert plain("[/b] [red]x[/]").plain == "[/b] [red]x[/]"
    assert plain_cell("[/b] [red]x[/]").plain == "[/b] [red]x[/]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("\x1b]0;title\x07x", "x"),
        ("a\x00b", "a␀b"),
        ("a\tb", "a       b"),
        ("a\r\nb", "a\nb"),
        ("\x1b]0;unended", "0;unended"),
    ],
)
def test_what_is_shown_instead(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_one_line_stays_one_line() -> None:
    assert clean("a\nb\tc", lines=False) == "a⏎b c"


def test_names_keep_both_ends() -> None:
    assert shorten_name("service-number-01", 9) == "serv…r-01"
    assert shorten_name("abcdef", 2) == "a…"
    assert shorten_name("abc", 4) == "abc"


def test_shorten_keeps_to_its_width() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abc", 4) == "abc"
