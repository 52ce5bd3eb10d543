"""What production's files promise of every container, read from those that run."""

from __future__ import annotations

import pytest

from tests.stack.production import Production

USERS = {"api": 10001, "worker": 10001, "proxy": 101, "postgres": 999, "redis": 999, "backup": 999}


@pytest.mark.parametrize("service", USERS)
def test_it_is_hardened_limited_and_started_again(prod: Production, service: str) -> None:
    for container in prod.containers(service):
        host = container.attrs["HostConfig"]
        assert host["ReadonlyRootfs"]
        assert (host["CapDrop"], host["CapAdd"]) == (["ALL"], None)
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["RestartPolicy"]["Name"] == "always"
        assert min(host["Memory"], host["MemoryReservation"], host["NanoCpus"], host["PidsLimit"]) > 0
        assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}


def test_the_migration_is_hardened_and_limited_and_runs_once(prod: Production) -> None:
    container = prod.container("migrate")
    host = container.attrs["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["CapAdd"]) == (True, ["ALL"], None)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert min(host["Memory"], host["MemoryReservation"], host["NanoCpus"], host["PidsLimit"]) > 0
    assert (host["RestartPolicy"]["Name"], container.attrs["State"]["ExitCode"]) == ("no", 0)
    secrets = {mount["Destination"] for mount in container.attrs["Mounts"] if mount["Type"] == "bind"}
    assert secrets == {"/run/secrets/postgres_password", "/run/secrets/redis_password"}


@pytest.mark.parametrize(("service", "uid"), USERS.items())
def test_its_process_has_no_rights(prod: Production, service: str, uid: int) -> None:
    for container in prod.containers(service):
        status = container.exec_run(["cat", "/proc/1/status"]).output.decode()
        facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        assert facts["Uid"].split() == [str(uid)] * 4
        assert (int(facts["CapEff"], 16), int(facts["CapBnd"], 16), facts["NoNewPrivs"]) == (0, 0, "1")


def test_the_databases_keep_within_their_memory(prod: Production) -> None:
    shown = "SELECT name, setting FROM pg_settings WHERE name IN ('max_connections', 'shared_buffers')"
    command = ["psql", "-h", "/var/run/postgresql", "-U", "jobs", "-d", "jobs", "-Atc", shown]
    postgres, redis = prod.container("postgres"), prod.container("redis")
    said = dict(line.split("|") for line in postgres.exec_run(command).output.decode().split())
    assert int(said["shared_buffers"]) * 8192 * 4 == postgres.attrs["HostConfig"]["Memory"]
    assert said["max_connections"] == "60"
    ask = "REDISCLI_AUTH=$(cat /run/secrets/redis_password) redis-cli config get maxmemory*"
    settings = redis.exec_run(["sh", "-c", ask]).output.decode().split()
    assert dict(zip(settings[::2], settings[1::2], strict=True))["maxmemory-policy"] == "noeviction"
    limit = int(settings[settings.index("maxmemory") + 1])
    assert limit * 2 == redis.attrs["HostConfig"]["Memory"]


def test_no_test_data_and_nothing_built(prod: Production) -> None:
    assert prod.containers("fixtures") == []
    assert {c.attrs["Config"]["Image"] for c in prod.containers("api")} == {f"{prod.variables['APP_IMAGE']}:stage"}
