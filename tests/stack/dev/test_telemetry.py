"""A job leaves one trace from the request through the queue into the worker, and logs that bear its id."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from docker.models.containers import Container

from tests.eventually import eventually
from tests.stack.otlp import PORT, Line, Piece, received, receiver
from tests.stack.stack import Stack

SERVER, CLIENT, CONSUMER = 2, 3, 5
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(scope="module")
def traced(dev: Stack) -> Iterator[tuple[Stack, Container]]:
    """The dev stack, sending to a receiver beside it; afterwards it is as before."""
    to = {
        f"OTEL_EXPORTER_OTLP_{one.upper()}_ENDPOINT": f"http://receiver:{PORT}/v1/{one}" for one in ("traces", "logs")
    }
    sending = replace(dev, variables=dev.variables | to)
    container = receiver(dev)
    try:
        sending.devbox("up", "--no-deps", "--wait", "api", "worker")
        yield sending, container
    finally:
        container.remove(force=True)
        dev.devbox("up", "--no-deps", "api", "worker")
        asyncio.run(dev.says("ready"))


@pytest.fixture(scope="module")
def trace(traced: tuple[Stack, Container]) -> tuple[list[Piece], list[Line]]:
    """The spans and log records of one job that somebody else's trace has posted."""
    stack, container = traced
    asked = {"traceparent": CALLER, "X-Request-ID": "req-7"}
    answer = stack.ask("/jobs", {"kind": "digest", "payload": {"text": "traced"}}, headers=asked)
    assert answer.status == 202

    def all_of_it() -> tuple[list[Piece], list[Line]] | None:
        pieces, lines = received(container)
        pieces = [one for one in pieces if one.trace == CALLER.split("-")[1]]
        lines = [one for one in lines if one.trace == CALLER.split("-")[1]]
        complete = {CONSUMER, SERVER} <= {one.kind for one in pieces} and {"queued", "ended"} <= {
            one.body for one in lines
        }
        return (pieces, lines) if complete else None

    return asyncio.run(eventually(all_of_it, timeout=60, message="the trace has not arrived"))


def test_api_and_worker_are_in_the_trace_of_who_called(trace: tuple[list[Piece], list[Line]]) -> None:
    pieces, _ = trace
    (request,) = [one for one in pieces if one.kind == SERVER]
    (job,) = [one for one in pieces if one.kind == CONSUMER]
    assert (request.service, request.name, request.parent) == ("jobs-api", "POST /jobs", CALLER.split("-")[2])
    assert (job.service, job.name, job.parent) == ("jobs-worker", "process digest", request.id)
    assert request.attributes["http.response.status_code"] == 202
    assert job.attributes["job.outcome"] == "done"


def test_calls_of_the_databases_are_parts_of_what_made_them(trace: tuple[list[Piece], list[Line]]) -> None:
    pieces, _ = trace
    parents = {one.id: one.kind for one in pieces}
    calls = {(one.name, parents[one.parent]) for one in pieces if one.kind == CLIENT}
    assert {("INSERT jobs", SERVER), ("LPUSH jobs:queue", SERVER), ("UPDATE jobs", CONSUMER)} <= calls


def test_log_records_bear_trace_and_request(trace: tuple[list[Piece], list[Line]]) -> None:
    _, lines = trace
    assert {("jobs-api", "queued"), ("jobs-worker", "started"), ("jobs-worker", "ended")} <= {
        (one.service, one.body) for one in lines
    }
    assert {one.attributes["request_id"] for one in lines} == {"req-7"}


async def test_lines_on_stdout_bear_them_too_even_where_nothing_is_sent(stage: Stack) -> None:
    asked = {"traceparent": CALLER, "X-Request-ID": "req-8"}
    answer = stage.ask("/jobs", {"kind": "digest", "payload": {"text": "x"}}, headers=asked)
    await stage.ended(answer.body["id"])

    def lines() -> list[dict[str, str]]:
        containers = [stage.container("api"), *stage.containers("worker")]
        written = [json.loads(line) for one in containers for line in one.logs().splitlines()]
        return [line for line in written if line.get("request_id") == "req-8"]

    found = await eventually(lambda: lines() if "ended" in {one["message"] for one in lines()} else None, timeout=20)
    assert {one["trace_id"] for one in found} == {CALLER.split("-")[1]}
    assert {"queued", "request", "started", "ended"} <= {one["message"] for one in found}


def test_a_receiver_that_is_away_holds_nothing_up(traced: tuple[Stack, Container]) -> None:
    stack, container = traced
    container.stop(timeout=1)
    stack.submit("digest", {"text": "unseen"})

    stack.devbox("stop", "api", "worker")

    for service in ("api", "worker"):
        assert stack.container(service).attrs["State"]["ExitCode"] != 137  # killed at the end of its grace period
