"""Traces go on where they came from, and begin anew where what came is no trace."""

from __future__ import annotations

import json
import logging

import pytest

from jobs import logs
from jobs.tracing import Tracing

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_goes_on_with_a_span_of_its_own() -> None:
    with Tracing().span("work", "server", parent=CALLER) as span:
        version, trace, own, _ = span.traceparent.split("-")
    assert (version, trace) == ("00", "0af7651916cd43dd8448eb211c80319c")
    assert own != "b7ad6b7169203331"


@pytest.mark.parametrize("parent", [None, "", "00-0-0-0", f"00-{'0' * 32}-{'0' * 16}-01", CALLER.upper()])
def test_what_is_no_traceparent_begins_a_new_one(parent: str | None) -> None:
    with Tracing().span("work", "server", parent=parent) as span:
        assert len(span.trace_id) == 32
        assert span.trace_id != "0af7651916cd43dd8448eb211c80319c"


def test_lines_bear_the_ids_of_where_they_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    with Tracing().span("work", "server", parent=CALLER), logs.context(request_id="r1"):
        logging.getLogger("a").info("inside", extra={"more": 1})
    logging.getLogger("a").info("outside")

    inside, outside = (json.loads(line) for line in capsys.readouterr().out.splitlines())

    assert (inside["trace_id"], inside["request_id"], inside["more"]) == (CALLER.split("-")[1], "r1", 1)
    assert not {"trace_id", "request_id"} & outside.keys()
