"""Bodies of DAP messages as model types: debuggees that say little, too much, or something else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.debug import protocol
from devbox.debug.model import Bound, Completion, ExceptionFilter, Frame, Scope, Source, Thread, Variable

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)
KEYS = [
    "exceptionBreakpointFilters", "filter", "label", "threads", "id", "name", "stackFrames", "source", "path", "line",
    "sourceReference", "presentationHint", "scopes", "variables", "variablesReference", "value", "attributes",
    "targets", "indexedVariables", "verified", "message",
]  # fmt: skip
bodies = st.recursive(
    st.dictionaries(st.sampled_from(KEYS), anything, max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner | st.lists(inner, max_size=3) | anything, max_size=5),
    max_leaves=6,
)


def here(path: str) -> str:
    return path.replace("/srv/app", "/home/me/src") if path.startswith("/srv/app") else ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_whatever_a_debuggee_says_is_taken(body: dict[str, Any]) -> None:
    protocol.filters(body)
    protocol.threads(body)
    protocol.frames(body, here)
    protocol.scopes(body)
    protocol.variables(body)
    protocol.variable(body, "x", "result")
    protocol.bound(body)
    protocol.completions(body, "a.b", 3)
    protocol.capabilities(body)


def test_what_debugpy_says_of_itself() -> None:
    said = {
        "supportsLogPoints": True,
        "supportsRestartFrame": False,
        "exceptionBreakpointFilters": [
            {"filter": "uncaught", "label": "Uncaught Exceptions", "default": True, "description": "when it ends"}
        ],
    }
    assert protocol.capabilities(said) == {"supportsLogPoints"}
    assert protocol.filters(said) == (
        ExceptionFilter(id="uncaught", label="Uncaught Exceptions", default=True, description="when it ends"),
    )


def test_frames_know_their_file_on_this_machine() -> None:
    mine = {"id": 3, "name": "route", "line": 42, "column": 5, "source": {"path": "/srv/app/api.py"}}
    library = {
        "id": 4,
        "name": "run",
        "line": 7,
        "presentationHint": "subtle",
        "source": {"path": "/usr/lib/python3/x.py", "sourceReference": 9},
    }
    bare = {"id": 5, "name": "", "line": -1}
    assert protocol.frames({"stackFrames": [mine, library, bare, "nonsense"]}, here) == (
        Frame(
            id=3,
            name="route",
            source=Source(there="/srv/app/api.py", host="/home/me/src/api.py", name="api.py"),
            line=42,
            column=5,
        ),
        Frame(
            id=4,
            name="run",
            source=Source(there="/usr/lib/python3/x.py", reference=9, name="x.py"),
            line=7,
            subtle=True,
        ),
        Frame(id=5, name="?", source=None, line=0),
    )


def test_variables_are_cut_and_counted() -> None:
    body = {
        "variables": [
            {"name": "x", "value": "é" * 10_000, "type": "str", "evaluateName": "x", "variablesReference": 0},
            {"name": "rows", "value": "[…]", "variablesReference": 8, "indexedVariables": 300, "namedVariables": 2},
            {"name": "len()", "value": "3", "presentationHint": {"attributes": ["readOnly"]}},
        ]
    }
    long, rows, length = protocol.variables(body)
    assert (len(long.value), long.value[-1], long.expression) == (4096, "…", "x")
    assert (rows.reference, rows.count) == (8, 302)
    assert not length.settable
    assert protocol.variable({"result": "4", "type": "int"}, "x + 1", "result", "x + 1") == Variable(
        name="x + 1", value="4", type="int", expression="x + 1"
    )


def test_scopes_threads_and_breakpoints() -> None:
    assert protocol.scopes({"scopes": [{"name": "Locals", "variablesReference": 4, "expensive": True}]}) == (
        Scope(name="Locals", reference=4, expensive=True),
    )
    assert protocol.threads({"threads": [{"id": 1, "name": "MainThread"}, {"id": 2}, {"name": "?"}]}) == (
        Thread(id=1, name="MainThread"),
        Thread(id=2, name="thread 2"),
    )
    assert protocol.bound({"verified": False, "message": "no such file"}) == Bound(
        verified=False, message="no such file"
    )


@pytest.mark.parametrize(
    ("written", "column", "start", "length"),
    [("sys.st", 6, 4, 2), ("sys.", 4, 4, 0), ("f(abc_1)", 7, 2, 5), ("", 0, 0, 0)],
)
def test_a_completion_replaces_the_word_before_the_cursor(written: str, column: int, start: int, length: int) -> None:
    found = protocol.completions({"targets": [{"label": "stdout", "type": "field"}]}, written, column)
    assert found == (Completion(text="stdout", label="stdout", start=start, length=length, kind="field"),)
