"""The application as a whole, without its databases."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jobs import openapi
from jobs.api import make_app
from jobs.kinds import KINDS


def asked(app: Starlette, path: str, *, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of a GET, as the server would see them."""
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": raw, "state": {}}
    asyncio.run(app(scope, receive, send))
    start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    return int(start["status"]), answered, json.loads(body)


def test_every_route_is_in_the_openapi_document_and_nothing_else() -> None:
    routes = {(route.path, method) for route in make_app().routes for method in route.methods - {"HEAD"}}
    paths = openapi.document("1", KINDS)["paths"]
    assert routes == {(path, method.upper()) for path, item in paths.items() for method in item}


@pytest.mark.parametrize("given", ["", "no spaces please", "x" * 65])
def test_an_id_that_is_missing_or_not_fit_for_a_log_is_made_anew(given: str) -> None:
    _, headers, _ = asked(make_app(), "/health/live", headers={"X-Request-ID": given} if given else {})
    assert headers["x-request-id"] not in ("", given)


def test_a_clients_own_id_comes_back() -> None:
    _, headers, _ = asked(make_app(), "/health/live", headers={"X-Request-ID": "mine-1"})
    assert headers["x-request-id"] == "mine-1"


def test_a_bug_tells_the_client_nothing_but_the_id_under_which_the_log_has_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def broken(request: Request) -> Response:
        raise KeyError("secret")

    app = make_app()
    app.router.routes.append(Route("/broken", broken))

    status, headers, body = asked(app, "/broken")

    assert (status, body) == (500, {"error": "internal error"})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (bug,) = [line for line in lines if "traceback" in line]
    assert bug["request_id"] == headers["x-request-id"]
    assert "KeyError: 'secret'" in bug["traceback"]


def test_nothing_that_sends_is_imported_unless_something_is_to_be_sent() -> None:
    # redis-py by itself imports the metrics of OpenTelemetry where it is installed.
    program = """
        import sys, jobs.api, jobs.worker
        jobs.api.make_app()
        print([name for name in sys.modules if name.startswith(("opentelemetry.exporter", "opentelemetry.sdk.trace"))])
    """
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
