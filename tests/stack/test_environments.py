"""The three environments: they load, run side by side, and keep what their files promise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from tests.eventually import eventually
from tests.stack.stack import ROOT, Stack

APPLICATION = ["api", "worker"]
DATA = ["postgres", "redis"]


def loaded(environment: str) -> dict[str, Any]:
    """The canonical model, as devbox prints it in a fresh clone with nothing set."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "devbox", "-e", environment, "config", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_each_loads_as_a_project_of_its_own(environment: str) -> None:
    model = loaded(environment)
    assert model["name"] == f"jobs-{environment}"
    assert {"api", "worker", "postgres", "redis"} <= set(model["services"])


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_the_official_images_are_the_default(environment: str) -> None:
    services = loaded(environment)["services"]
    assert (services["postgres"]["image"], services["redis"]["image"]) == ("postgres:15", "redis:7")


def test_production_builds_nothing() -> None:
    assert [name for name, service in loaded("prod")["services"].items() if "build" in service] == []


async def test_dev_and_stage_run_side_by_side(dev: Stack, stage: Stack) -> None:
    for stack in (dev, stage):
        await stack.says("ready")
        services = [one for one in stack.containers() if one.labels["com.docker.compose.service"] != "migrate"]
        for one in services:
            await eventually(lambda one=one: one.reload() or one.health == "healthy", timeout=30)


def test_they_share_no_data(dev: Stack, stage: Stack) -> None:
    id = dev.submit("digest", {"text": "only here"})
    assert stage.ask(f"/jobs/{id}").status == 404


def test_dev_reaches_everything_from_the_host(dev: Stack) -> None:
    host = "127.0.0.1"
    with psycopg.connect(
        host=host, port=dev.port("postgres", 5432), user="jobs", dbname="jobs", password="dev"
    ) as connection:
        assert connection.execute("SELECT count(*) FROM schema_migrations").fetchone() == (3,)
    with redis.Redis(host=host, port=dev.port("redis", 6379), password="dev") as client:
        assert client.ping()


async def test_dev_serves_an_edit_without_a_rebuild(dev: Stack) -> None:
    kinds = dev.folder / "docker/app/src/jobs/kinds.py"
    edited = kinds.read_text().replace('"flaky": flaky}', '"flaky": flaky, "nap": sleep}')
    kinds.write_text(edited)

    def accepted() -> str:
        answer = dev.ask("/jobs", {"kind": "nap", "payload": {"seconds": 0}})
        return str(answer.body["id"]) if answer.status == 202 else ""

    def survives_the_restart() -> str:
        try:
            return accepted()
        except OSError:
            return ""  # between two processes

    id = await eventually(survives_the_restart, timeout=30)
    assert (await dev.ended(id))["status"] == "done"


def test_stage_publishes_the_api_alone(stage: Stack) -> None:
    published = {
        service
        for service in [*APPLICATION, *DATA]
        for container in stage.containers(service)
        if any(container.attrs["NetworkSettings"]["Ports"].values())
    }
    assert published == {"api"}


@pytest.mark.parametrize("service", [*APPLICATION, *DATA])
def test_stage_is_hardened(stage: Stack, service: str) -> None:
    for container in stage.containers(service):
        host = container.attrs["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert not host["CapAdd"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["RestartPolicy"]["Name"] == "unless-stopped"
        assert host["Memory"] > 0
        assert host["NanoCpus"] > 0
        assert host["PidsLimit"] > 0
        assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}


@pytest.mark.parametrize(("service", "uid"), [("api", 10001), ("worker", 10001), ("postgres", 999), ("redis", 999)])
def test_stage_runs_without_root_or_capabilities(stage: Stack, service: str, uid: int) -> None:
    for container in stage.containers(service):
        status = container.exec_run(["cat", "/proc/1/status"]).output.decode()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert facts["Uid"].split() == [str(uid)] * 4
        assert int(facts["CapEff"], 16) == 0
        assert facts["NoNewPrivs"] == "1"


@pytest.mark.parametrize("service", [*APPLICATION, *DATA])
def test_stage_can_write_nowhere_but_to_its_data(stage: Stack, service: str) -> None:
    for container in stage.containers(service):
        assert container.exec_run(["touch", "/etc/mark", "/usr/mark"]).exit_code != 0
        assert container.exec_run(["touch", "/tmp/mark"]).exit_code == 0


def test_stage_has_two_workers_that_reach_the_data_and_nothing_else(stage: Stack) -> None:
    workers = stage.containers("worker")
    assert len(workers) == 2
    for worker in workers:
        (network,) = worker.attrs["NetworkSettings"]["Networks"]
        assert stage.client.networks.get(network).attrs["Internal"]


def test_stage_keeps_passwords_out_of_the_environment(stage: Stack) -> None:
    for container in stage.containers():
        names = [entry.partition("=")[0] for entry in container.attrs["Config"]["Env"]]
        assert [name for name in names if name.endswith("PASSWORD")] == []


@pytest.mark.parametrize("tool", ["pip", "gcc", "curl"])
def test_the_runtime_image_has_no_tools(stage: Stack, tool: str) -> None:
    missing = stage.container("api").exec_run(["sh", "-c", f"command -v {tool} || python -c 'import {tool}'"])
    assert missing.exit_code != 0


def test_production_asks_before_it_changes_anything(copied: Path) -> None:
    plain = (copied / "config/devbox.yaml").read_text()
    _, _, production = plain.partition("  prod:\n")
    assert "protected: true" in production
