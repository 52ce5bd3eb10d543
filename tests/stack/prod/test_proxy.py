"""Production's proxy: the only way in, which leaves out replicas that fail and says so when there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.eventually import eventually
from tests.stack.production import Production
from tests.stack.stack import Answer


@contextmanager
def without(prod: Production, count: int) -> Iterator[None]:
    """So many replicas of the API are stopped meanwhile, and healthy again afterwards."""
    chosen = prod.containers("api")[:count]
    for container in chosen:
        container.kill()
    try:
        yield
    finally:
        for container in chosen:
            container.start()


def test_nothing_else_is_published(prod: Production) -> None:
    published = {c.labels["com.docker.compose.service"] for c in prod.containers() if any(c.ports.values())}
    assert published == {"proxy"}


def test_nothing_else_has_a_way_out(prod: Production) -> None:
    ways_out = set()
    for container in prod.containers():
        for name in container.attrs["NetworkSettings"]["Networks"]:
            if not prod.client.networks.get(name).attrs["Internal"]:
                ways_out.add((container.labels["com.docker.compose.service"], name.removeprefix(f"{prod.project}_")))
    assert ways_out == {("proxy", "edge")}


def test_the_databases_are_reached_by_the_back_alone(prod: Production) -> None:
    for service in ("postgres", "redis", "backup"):
        assert list(prod.container(service).attrs["NetworkSettings"]["Networks"]) == [f"{prod.project}_back"]
    assert f"{prod.project}_back" not in prod.container("proxy").attrs["NetworkSettings"]["Networks"]


@pytest.mark.parametrize("path", ["/metrics", "/docs", "/openapi.json", "/health/ready", "/metrics/", "//metrics"])
def test_what_is_for_the_inside_is_not_there(prod: Production, path: str) -> None:
    assert prod.ask(path).status == 404


async def test_requests_are_spread_over_the_replicas(prod: Production) -> None:
    await prod.serves(2)


async def test_a_request_keeps_its_id_through_proxy_log_and_answer(prod: Production) -> None:
    assert prod.ask("/jobs?limit=1", headers={"X-Request-ID": "my-1"}).headers["x-request-id"] == "my-1"
    (line,) = await eventually(lambda: [one for one in prod.access() if one["request_id"] == "my-1"])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/jobs", 200)


def test_an_id_that_could_be_anything_is_replaced(prod: Production) -> None:
    assert prod.ask("/healthz", headers={"X-Request-ID": 'x" onerror='}).headers["x-request-id"].isalnum()


def test_a_body_that_is_too_large_never_reaches_the_api(prod: Production) -> None:
    answer = prod.ask("/jobs", raw=b"x" * 70_000)
    assert answer == Answer(413, {"error": "the body is larger than 64 kB"}, answer.headers)


@pytest.mark.parametrize("path", ["/jobs", "/healthz", "/nothing/here"])
def test_every_answer_has_the_headers_that_protect_browsers(prod: Production, path: str) -> None:
    headers = prod.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["server"] == "nginx"


async def test_a_replica_that_dies_costs_no_request_and_is_taken_in_again(prod: Production) -> None:
    await prod.serves(2)
    with without(prod, 1):
        assert {prod.ask("/jobs?limit=1").status for _ in range(30)} == {200}
    await prod.serves(2)


async def test_without_a_replica_it_says_503_and_serves_again_when_there_is_one(prod: Production) -> None:
    with without(prod, 2):
        answer = prod.ask("/jobs")
        assert answer.status == 503
        assert answer.body == {"error": "no replica of the API can serve; try again in a moment"}
        assert answer.headers["retry-after"] == "2"
        assert prod.ask("/healthz").status == 200
        test = prod.container("proxy").attrs["Config"]["Healthcheck"]["Test"][1]
        check = prod.container("proxy").exec_run(["sh", "-c", test])
        assert (check.exit_code, check.output.decode()) == (0, "no replica is ready\n")
    await prod.serves(2)
