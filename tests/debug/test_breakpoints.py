"""The project's breakpoints: put, toggled, dropped, said to a debuggee, and kept between runs."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.debug.breakpoints import drop, kept, lacking, put, recalled, requested, toggle
from devbox.debug.model import Breakpoint

A3, A7 = Breakpoint(path="/src/a.py", line=3), Breakpoint(path="/src/a.py", line=7)
B1 = Breakpoint(path="/src/b.py", line=1)
ALL = (A3, A7, B1)


def test_put_keeps_them_in_order_and_replaces_what_is_on_the_line() -> None:
    assert put(put(put((), B1), A7), A3) == ALL
    conditional = Breakpoint(path="/src/a.py", line=7, condition="x > 1")
    assert put(ALL, conditional) == (A3, conditional, B1)
    inside = Breakpoint(path="/src/a.py", line=7, there=True)
    assert set(put(ALL, inside)) == {*ALL, inside}


def test_toggle_puts_and_takes_away() -> None:
    assert toggle((A3,), "/src/a.py", 7) == (A3, A7)
    assert toggle((A3, Breakpoint(path="/src/a.py", line=7, log="{x}")), "/src/a.py", 7) == (A3,)


def test_drop_takes_a_line_a_file_or_all() -> None:
    assert drop(ALL, "/src/a.py", 7) == (A3, B1)
    assert drop(ALL, "/src/a.py") == (B1,)
    assert drop(ALL) == ()


def test_a_debuggee_is_asked_only_for_what_it_understands() -> None:
    one = Breakpoint(path="/a.py", line=3, condition="x", hits="% 10", log="x is {x}")
    every = frozenset({"supportsConditionalBreakpoints", "supportsHitConditionalBreakpoints", "supportsLogPoints"})
    assert requested(one, every) == {"line": 3, "condition": "x", "hitCondition": "% 10", "logMessage": "x is {x}"}
    assert lacking(one, every) == ""
    assert requested(one, frozenset()) == {"line": 3}
    assert lacking(one, frozenset({"supportsLogPoints"})) == "The debug server has no conditions and no hit counts"


breakpoints = st.builds(
    Breakpoint,
    path=st.text(min_size=1, max_size=9),
    line=st.integers(min_value=1),
    there=st.booleans(),
    condition=st.text(max_size=9),
    hits=st.text(max_size=9),
    log=st.text(max_size=9),
    enabled=st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(breakpoints, max_size=5), st.none() | st.frozensets(st.text(max_size=5), max_size=3))
def test_what_is_kept_is_recalled(found: list[Breakpoint], filters: frozenset[str] | None) -> None:
    among: tuple[Breakpoint, ...] = ()
    for one in found:
        among = put(among, one)
    assert recalled(kept(among, filters)) == (among, filters)


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "[]", "{}", '{"breakpoints": 3, "filters": "x"}', '{"breakpoints": [1, null, {}]}',
        '{"breakpoints": [{"path": "/a.py", "line": "3"}, {"path": "", "line": 1}, {"path": "/a.py", "line": 0}]}',
        '{"breakpoints": [{"path": "/a.py", "line": true}]}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_file_recalls_nothing(text: str) -> None:
    assert recalled(text) == ((), None)


def test_one_damaged_entry_costs_the_others_nothing() -> None:
    said = json.loads(kept((A3, B1), None))
    said["breakpoints"].insert(1, {"path": 7})
    assert recalled(json.dumps(said)) == ((A3, B1), None)
