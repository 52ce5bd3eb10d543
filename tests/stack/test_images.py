"""What the stack expects of its PostgreSQL and Redis images, official or stand-in alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from tests.eventually import eventually

Start = Callable[..., Container]


@pytest.fixture
def start(client: docker.DockerClient, project_name: str) -> Iterator[Start]:
    """Start a container of an image; it is removed with its volumes afterwards."""
    started: list[Container] = []

    def run(image: str, *command: str, **more: Any) -> Container:
        container = client.containers.run(
            image, list(command) or None, detach=True, name=f"{project_name}-{len(started)}", **more
        )
        started.append(container)
        return container

    yield run
    for container in started:
        container.remove(force=True, v=True)


@pytest.fixture(scope="module")
def serving(client: docker.DockerClient, image_variables: dict[str, str]) -> Iterator[Container]:
    """A PostgreSQL that is told its user, database and password by variables."""
    told = {"POSTGRES_USER": "me", "POSTGRES_DB": "my shop", "POSTGRES_PASSWORD": "pass word"}
    image = image_variables.get("POSTGRES_IMAGE", "postgres:15")
    container = client.containers.run(image, detach=True, environment=told, network_mode="none")
    yield container
    container.remove(force=True, v=True)


@pytest.fixture
def postgres(image_variables: dict[str, str]) -> str:
    return image_variables.get("POSTGRES_IMAGE", "postgres:15")


@pytest.fixture
def redis(image_variables: dict[str, str]) -> str:
    return image_variables.get("REDIS_IMAGE", "redis:7")


def query(container: Container, statement: str, *, user: str = "me", database: str = "my shop") -> str:
    command = ["psql", "-h", "127.0.0.1", "-U", user, "-d", database, "-Atc", statement]
    done = container.exec_run(command, environment={"PGPASSWORD": "pass word"})
    assert done.exit_code == 0, done.output
    return str(done.output.decode().strip())


async def serves(container: Container) -> None:
    await eventually(lambda: container.exec_run(["pg_isready", "-h", "127.0.0.1"]).exit_code == 0, timeout=30)


def password_and_scripts(folder: Path) -> dict[str, dict[str, str]]:
    """Mounts of a password file and of two scripts for the first start, readable by any user."""
    (folder / "password").write_text("pass word\n")
    (folder / "init").mkdir()
    (folder / "init/1.sql").write_text("CREATE TABLE first (x int);")
    (folder / "init/2.sh").write_text('psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO first VALUES (7)"\n')
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return {
        str(folder / "password"): {"bind": "/run/secrets/password", "mode": "ro"},
        str(folder / "init"): {"bind": "/docker-entrypoint-initdb.d", "mode": "ro"},
    }


def users(container: Container) -> set[str]:
    """The uids its processes run as."""
    return {uid for _, uid in container.top(ps_args="-eo pid,uid")["Processes"]}


def log(container: Container) -> str:
    return str(container.logs().decode())


async def test_postgres_makes_the_user_and_database_it_is_told(serving: Container) -> None:
    await serves(serving)
    assert query(serving, "SELECT current_user || ' ' || current_database()") == "me my shop"


async def test_postgres_takes_its_password_from_a_file_and_runs_init_scripts(
    start: Start, postgres: str, tmp_path: Path
) -> None:
    environment = {"POSTGRES_PASSWORD_FILE": "/run/secrets/password"}
    container = start(postgres, environment=environment, volumes=password_and_scripts(tmp_path), network_mode="none")
    await serves(container)
    assert query(container, "SELECT x FROM first", user="postgres", database="postgres") == "7"


async def test_postgres_keeps_its_data_and_drops_root(serving: Container) -> None:
    await serves(serving)
    query(serving, "CREATE TABLE kept (x int)")

    serving.restart()

    await serves(serving)
    assert query(serving, "SELECT count(*) FROM kept") == "0"
    assert users(serving) == {"999"}


async def test_postgres_refuses_to_start_without_a_password(start: Start, postgres: str) -> None:
    container = start(postgres, network_mode="none")
    assert container.wait(timeout=20)["StatusCode"] == 1
    assert "superuser password is not specified" in log(container)


async def test_postgres_refuses_a_password_given_twice(start: Start, postgres: str) -> None:
    container = start(
        postgres, environment={"POSTGRES_PASSWORD": "x", "POSTGRES_PASSWORD_FILE": "/x"}, network_mode="none"
    )
    assert container.wait(timeout=20)["StatusCode"] == 1
    assert "are exclusive" in log(container)


async def test_postgres_speaks_the_same_locale(serving: Container) -> None:
    await serves(serving)
    assert query(serving, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "en_US.utf8"


async def test_postgres_stops_cleanly(serving: Container) -> None:
    await serves(serving)
    serving.stop()
    serving.reload()
    assert serving.attrs["State"]["ExitCode"] == 0
    serving.start()


async def test_redis_takes_options_drops_root_and_is_reached_from_outside(start: Start, redis: str) -> None:
    container = start(redis, "--maxmemory", "32mb")
    address = await eventually(lambda: _address(container))

    def cli(*words: str) -> str:
        return str(container.exec_run(["redis-cli", "-h", address, *words]).output.decode().strip())

    await eventually(lambda: cli("ping") == "PONG")
    assert cli("config", "get", "maxmemory").split() == ["maxmemory", str(32 << 20)]
    assert users(container) == {"999"}


def _address(container: Container) -> str:
    container.reload()
    return str(container.attrs["NetworkSettings"]["Networks"]["bridge"]["IPAddress"])
