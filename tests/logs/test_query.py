"""What a query finds."""

from __future__ import annotations

import pytest

from devbox.errors import UsageError
from devbox.logs.levels import Level, level
from devbox.logs.query import Query
from tests.logs.lines import line


@pytest.mark.parametrize(
    ("text", "regex", "ignore_case", "found"),
    [
        ("refused", False, True, True),
        ("REFUSED", False, True, True),
        ("REFUSED", False, False, False),
        ("c.nnection", False, True, False),
        ("c.nnection", True, True, True),
        ("[refused", False, True, False),
        ("!refused", False, True, False),
        ("!accepted", False, True, True),
        ("", False, True, True),
    ],
)
def test_which_lines_match(text: str, regex: bool, ignore_case: bool, found: bool) -> None:
    assert Query.parse(text, regex, ignore_case).matches(line("connection refused")) is found


def test_escape_sequences_do_not_hide_a_word() -> None:
    assert Query.parse("refused").matches(line("connection re\x1b[31mfu\x1b[0msed"))


def test_a_wrong_expression_says_where_it_is_wrong() -> None:
    with pytest.raises(UsageError, match="character 2"):
        Query.parse("a(b", regex=True)


def test_spans_are_where_the_text_stands() -> None:
    assert Query.parse("ab").spans("xabyAB") == [(1, 3), (4, 6)]
    assert Query.parse("x*", regex=True).spans("axxb") == [(1, 3)]
    assert Query.parse("!ab").spans("xab") == []


def test_a_least_level_leaves_lesser_lines_out() -> None:
    query = Query.parse("", least=Level.WARNING)
    assert query.matches(line("ERROR: no"))
    assert not query.matches(line("INFO: yes"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"level": "error", "msg": "no"}', Level.ERROR),
        ("time=12 level=warn msg=x", Level.WARNING),
        ("2024-01-01 [info] started", Level.INFO),
        ("WARNING: deprecated", Level.WARNING),
        ("2024-01-01 12:00:00.000 UTC [1] LOG:  ready", Level.INFO),
        ("2024-01-01 12:00:00.000 UTC [1] FATAL:  role", Level.ERROR),
        ("no errors found", Level.UNKNOWN),
        ("plain text", Level.UNKNOWN),
    ],
)
def test_the_level_a_line_names(text: str, expected: Level) -> None:
    assert level(text) is expected
