"""The monitoring of stage at work: what it asks, what it sees, what it tells and when it stops telling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from docker.models.containers import Container

from tests.eventually import eventually
from tests.stack.monitoring import SERVICES, Monitoring, hurry, metrics, queries
from tests.stack.otlp import PORT, posted, receiver
from tests.stack.stack import Stack

APPLICATION = ("api", "worker", "postgres", "redis")
DASHBOARDS = ("service", "queue", "stores")


@pytest.fixture(scope="module")
def before(stage: Stack) -> set[str]:
    """The application's containers before anybody watches them."""
    return _ids(stage)


@pytest.fixture(scope="module")
def monitoring(
    stage: Stack, before: set[str], image_variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Monitoring]:
    """Stage with its monitoring added, which waits for seconds where it waits for minutes; removed afterwards."""
    hurry(stage.folder / "config/monitoring")
    webhook = tmp_path_factory.mktemp("webhook") / "url"
    webhook.write_text(f"http://receiver:{PORT}/alerts")
    webhook.chmod(0o444)
    ports = {"PROMETHEUS_PORT": "", "ALERTMANAGER_PORT": "", "GRAFANA_PORT": ""}
    more = {"MONITORING_PROFILE": "monitoring", "ALERT_WEBHOOK_URL_FILE": str(webhook)}
    watched = replace(stage, variables=stage.variables | ports | more)
    try:
        watched.devbox("up", "--wait")
        yield Monitoring(watched)
    finally:
        for service in SERVICES:
            for container in stage.containers(service):
                container.remove(force=True, v=True)


@pytest.fixture(scope="module")
def told(monitoring: Monitoring) -> Iterator[Container]:
    """Where Alertmanager's webhook leads."""
    container = receiver(monitoring.stack, "operators")
    yield container
    container.remove(force=True)


async def test_every_replica_and_every_exporter_is_asked_and_answers(monitoring: Monitoring) -> None:
    await all_up(monitoring)


def test_to_be_watched_the_application_is_not_recreated(monitoring: Monitoring, stage: Stack, before: set[str]) -> None:
    assert _ids(stage) == before


async def test_workers_that_are_killed_are_told_until_they_are_back(monitoring: Monitoring, told: Container) -> None:
    down = ("WorkerDown", "worker")
    workers = monitoring.stack.containers("worker")
    try:
        for worker in workers:
            worker.kill()
        await eventually(lambda: down in monitoring.firing(), timeout=60, message="it does not fire")
        await eventually(lambda: monitoring.told().get(down) == "active", timeout=30, message="Alertmanager knows not")
        await eventually(lambda: ("firing", *down) in _notes(told), timeout=30, message="the webhook is not told")
    finally:
        for worker in workers:
            worker.start()
    await eventually(lambda: down not in monitoring.firing(), timeout=60, message="it goes on firing")
    await eventually(lambda: down not in monitoring.told(), timeout=30, message="Alertmanager goes on")
    await eventually(lambda: ("resolved", *down) in _notes(told), timeout=30, message="nobody is told of the end")


async def test_a_store_that_is_gone_is_told_and_what_others_suffer_of_it_is_not(monitoring: Monitoring) -> None:
    redis = monitoring.stack.container("redis")
    expected = {("RedisDown", "redis"): "active", ("NotReady", "worker"): "suppressed"}
    try:
        redis.kill()
        await eventually(lambda: expected.items() <= monitoring.told().items(), timeout=60, message="not told so")
    finally:
        redis.start()
    await eventually(lambda: not expected.keys() & monitoring.told().keys(), timeout=60, message="it is not over")
    await all_up(monitoring)


@pytest.mark.parametrize("name", DASHBOARDS)
async def test_every_query_of_the_dashboard_answers(monitoring: Monitoring, name: str) -> None:
    asked = queries(monitoring.stack.folder / f"config/monitoring/grafana/dashboards/{name}.json")
    assert len(asked) > 10

    def all_answer() -> bool:
        monitoring.stack.submit("digest", {"text": "something to be seen"})
        assert [query for query in asked if not monitoring.query(query)] == []
        return True

    await eventually(all_answer, timeout=60)


async def test_every_metric_that_an_alert_or_a_recording_reads_is_there(monitoring: Monitoring) -> None:
    groups = [group for name in ("recording", "alerts") for group in _rules(monitoring.stack, name)]
    read = {name for group in groups for rule in group["rules"] for name in metrics(rule["expr"])}
    assert {"up", "jobs_total", "job:http_errors:ratio5m", "pg_settings_max_connections"} <= read

    def all_there() -> bool:
        monitoring.stack.submit("digest", {"text": "something to be counted"})
        assert {name for name in read if not monitoring.query(f"count({name})")} == set()
        return True

    await eventually(all_there, timeout=60)


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("SELECT count(*) > 0 FROM pg_stat_activity WHERE query IS NOT NULL", "t"),
        ("SELECT count(*) FROM jobs", "ERROR:  permission denied for table jobs"),
        ("CREATE TABLE mine (x int)", "ERROR:  cannot execute CREATE TABLE in a read-only transaction"),
    ],
)
def test_the_exporter_sees_statistics_and_no_data(monitoring: Monitoring, statement: str, answer: str) -> None:
    password = (monitoring.stack.folder / "config/secrets/stage/postgres_monitor_password").read_text().strip()
    psql = ["psql", "-h", "127.0.0.1", "-U", "monitor", "-d", "jobs", "-Atc", statement]
    done = monitoring.stack.container("postgres").exec_run(psql, environment={"PGPASSWORD": password})
    assert done.output.decode().strip() == answer


def test_no_password_can_be_read_off_its_containers(monitoring: Monitoring) -> None:
    secrets = [path.read_text().strip() for path in (monitoring.stack.folder / "config/secrets/stage").iterdir()]
    assert len(secrets) >= 4
    for service in SERVICES:
        container = monitoring.stack.container(service)
        seen = json.dumps(container.attrs) + container.logs().decode()
        assert [secret for secret in secrets if secret in seen] == []


def test_one_profile_less_and_nothing_of_it_is_there(monitoring: Monitoring) -> None:
    without = replace(monitoring.stack, project=f"{monitoring.stack.project}-without")
    plan = without.devbox("--profile", "none", "plan")
    assert f"create container {without.project}-api-1:" in plan
    for name in (*SERVICES, "grafana", "loki", "jaeger"):
        assert f"create container {without.project}-{name}-1" not in plan


async def all_up(monitoring: Monitoring) -> None:
    alone = {job: ["up"] for job in ("api", "postgres", "redis", "prometheus", "alertmanager")}
    expected = alone | {"worker": ["up", "up"]}

    def as_expected() -> bool:
        assert monitoring.targets() == expected
        return True

    await eventually(as_expected, timeout=60)


def _rules(stack: Stack, name: str) -> list[dict[str, Any]]:
    path = stack.folder / f"config/monitoring/prometheus/rules/{name}.yml"
    return list(yaml.safe_load(path.read_text())["groups"])


def _ids(stack: Stack) -> set[str]:
    return {str(container.id) for service in APPLICATION for container in stack.containers(service)}


def _notes(told: Container) -> set[tuple[str, str, str]]:
    """What the webhook was told, as (firing or resolved, alert, job)."""
    bodies = [json.loads(body) for _, body in posted(told)]
    return {
        (alert["status"], alert["labels"]["alertname"], alert["labels"]["job"])
        for body in bodies
        for alert in body["alerts"]
    }
