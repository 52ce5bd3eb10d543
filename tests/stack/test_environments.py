"""The three environments: they load, and keep what their files promise."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import Container

from tests.stack.stack import ROOT, Stack

APPLICATION = ["api", "worker"]
DATA = ["postgres", "redis"]


@cache
def loaded(environment: str, *options: str) -> dict[str, Any]:
    """The canonical model, as devbox prints it in a fresh clone with nothing set."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "devbox", "-e", environment, *options, "config", "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _binds(container: Container) -> list[str]:
    """Where something of the host is mounted in it."""
    return [mount["Destination"] for mount in container.attrs["Mounts"] if mount["Type"] == "bind"]


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_each_loads_as_a_project_of_its_own(environment: str) -> None:
    model = loaded(environment)
    assert model["name"] == f"jobs-{environment}"
    assert {"api", "worker", "postgres", "redis"} <= set(model["services"])


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_the_official_images_are_the_default(environment: str) -> None:
    services = loaded(environment)["services"]
    assert (services["postgres"]["image"], services["redis"]["image"]) == ("postgres:15", "redis:7")


def test_production_builds_nothing_whatever_profile_is_on() -> None:
    services = loaded("prod", "--profile", "*")["services"]
    assert [name for name, service in services.items() if "build" in service] == []


def test_production_has_no_test_data_and_no_test_jobs() -> None:
    assert {"fixtures", "seed", "traffic"} & set(loaded("prod", "--profile", "*")["services"]) == set()
    assert {"fixtures", "traffic"} <= set(loaded("stage", "--profile", "*")["services"])


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
        assert host["Memory"] > host["MemoryReservation"] > 0
        assert host["NanoCpus"] > 0
        assert host["PidsLimit"] > 0
        assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}


@pytest.mark.parametrize("service", ["migrate", "fixtures"])
def test_stage_s_one_offs_are_hardened_too(stage: Stack, service: str) -> None:
    (one_off,) = stage.containers(service)
    host = one_off.attrs["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["CapAdd"]) == (True, ["ALL"], None)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["RestartPolicy"]["Name"] == "no"
    assert host["Memory"] > host["MemoryReservation"] > 0
    assert min(host["NanoCpus"], host["PidsLimit"]) > 0
    assert set(_binds(one_off)) == {"/run/secrets/postgres_password", "/run/secrets/redis_password"}


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
        networks = worker.attrs["NetworkSettings"]["Networks"]
        assert {name.removeprefix(f"{stage.project}_") for name in networks} == {"back", "monitoring"}
        assert all(stage.client.networks.get(name).attrs["Internal"] for name in networks)


def test_stage_has_test_data_which_is_the_same_each_time(stage: Stack) -> None:
    def fixtures() -> list[dict[str, Any]]:
        found = stage.ask("/jobs?limit=500").body["jobs"]
        return [job for job in found if job["worker"] == "fixtures"]

    before = fixtures()
    assert {(job["kind"], job["status"]) for job in before} >= {("digest", "done"), ("flaky", "failed")}
    postgres = stage.container("postgres")
    spoil = f"UPDATE jobs SET status = 'failed', result = NULL WHERE id = '{before[0]['id']}'"
    lose = f"DELETE FROM jobs WHERE id = '{before[1]['id']}'"
    for statement in (spoil, lose):
        postgres.exec_run(["psql", "-h", "/var/run/postgresql", "-U", "jobs", "-d", "jobs", "-c", statement])
    assert fixtures() != before

    stage.devbox("run", "--rm", "fixtures")

    assert fixtures() == before


def test_stage_runs_the_image_that_production_will(stage: Stack) -> None:
    (image,) = {container.image.id for service in APPLICATION for container in stage.containers(service)}
    tag = f"{stage.variables['APP_IMAGE']}:stage"
    assert image == stage.client.images.get(tag).id
    binds = [bind for service in APPLICATION for one in stage.containers(service) for bind in _binds(one)]
    assert all(bind.startswith("/run/secrets/") for bind in binds)


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
