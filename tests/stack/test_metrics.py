"""What Prometheus finds at /metrics of API and worker."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.eventually import eventually
from tests.stack.stack import Stack

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(stack: Stack, service: str, port: int, *, number: int = 0) -> Samples:
    """Name and labels -> value, as asked from inside the container."""
    ask = f"import urllib.request as r; print(r.urlopen('http://localhost:{port}/metrics').read().decode())"
    done = stack.containers(service)[number].exec_run(["python", "-c", ask])
    assert done.exit_code == 0, done.output
    families = text_string_to_metric_families(done.output.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def named(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_the_api_counts_and_times_requests_by_route_not_by_path(stage: Stack) -> None:
    request = named("http_requests_total", method="GET", route="/jobs/{id}", status="404")
    before = scraped(stage, "api", 8000).get(request, 0)
    for id in ("1", "2"):
        stage.ask(f"/jobs/{id}")

    after = scraped(stage, "api", 8000)

    assert after[request] == before + 2
    assert after[named("http_request_duration_seconds_count", method="GET", route="/jobs/{id}")] >= 2
    assert after[named("http_requests_in_progress")] == 1  # the scrape itself


def test_what_has_no_route_makes_one_series(stage: Stack) -> None:
    for path in ("/nothing", "/at/all"):
        stage.ask(path)
    assert scraped(stage, "api", 8000)[named("http_requests_total", method="GET", route="unknown", status="404")] >= 2


async def test_workers_count_jobs_by_what_they_came_to(stage: Stack) -> None:
    def counted(outcome: str) -> float:
        job = named("jobs_total", kind="flaky", outcome=outcome)
        return sum(scraped(stage, "worker", 9000, number=number)[job] for number in (0, 1))

    before = {outcome: counted(outcome) for outcome in ("done", "retried", "failed")}
    await stage.ended(stage.submit("flaky", {"failures": 1}))
    await stage.ended(stage.submit("flaky", {"failures": 1}, max_attempts=1))

    for outcome in before:
        await eventually(lambda outcome=outcome: counted(outcome) == before[outcome] + 1, timeout=20)


def test_both_tell_who_they_are_what_they_reach_and_how_long_the_queue_is(stage: Stack) -> None:
    for service, port in (("api", 8000), ("worker", 9000)):
        found = scraped(stage, service, port)
        assert found[named("app_info", version="1.0.0", revision="unknown")] == 1
        assert found[named("health_status")] == 2
        assert [found[named("health_check_up", check=check)] for check in ("postgres", "redis")] == [1, 1]
        assert found[named("queue_length")] >= 0
        assert found[named("queue_oldest_age_seconds")] >= 0
        assert found[named("process_resident_memory_bytes")] > 0
