"""The application's image: what is in it, what is not, how it is built, and how it stops."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.models.images import Image

from tests.eventually import eventually
from tests.stack.stack import ROOT, Stack, copy_of_the_stack

LABELS = {
    "title": "jobs",
    "version": "1.0.0",
    "revision": "unknown",
    "source": "https://example.org/jobs",
    "created": "1970-01-01T00:00:00Z",
}


def bake(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run bake on a docker/ folder, for this machine's architecture unless it only prints."""
    command = ["docker", "buildx", "bake", "-f", "docker-bake.hcl", *arguments]
    return subprocess.run(command, cwd=folder, env=os.environ | variables, capture_output=True, text=True, timeout=110)


@pytest.fixture(scope="module")
def image(stage: Stack) -> Image:
    """What stage and prod run."""
    found = stage.container("api").image
    assert found is not None
    return found


def test_it_says_what_it_is(image: Image) -> None:
    assert {name: image.labels[f"org.opencontainers.image.{name}"] for name in LABELS} == LABELS


def test_it_runs_as_its_own_user_without_a_shell_between_it_and_signals(image: Image) -> None:
    config: dict[str, Any] = image.attrs["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"] == ["python", "-m", "jobs"]
    assert config["Healthcheck"]["Test"] == ["CMD", "python", "-m", "jobs", "probe", "api"]


def test_it_is_smaller_than_200_mb(image: Image) -> None:
    assert image.attrs["Size"] < 200e6


def test_the_build_leaves_nothing_behind(stage: Stack, image: Image) -> None:
    places = "/root/.cache/* /root/.*_history /root/.pip* /tmp/* /opt/pip /srv/tests /var/lib/apt/lists/*_*"
    listing = ["-c", f"ls -d {places} 2>/dev/null || true"]
    assert (
        stage.client.containers.run(image.id, listing, entrypoint="sh", user="0", network_mode="none", remove=True)
        == b""
    )


def test_its_source_is_compiled_because_it_can_write_nothing(stage: Stack) -> None:
    missing = (
        "import pathlib, importlib.util as u; "
        "print([str(f) for f in pathlib.Path('/srv/app').rglob('*.py')"
        " if not pathlib.Path(u.cache_from_source(str(f))).exists()])"
    )
    assert stage.container("api").exec_run(["python", "-c", missing]).output.strip() == b"[]"


@pytest.mark.parametrize(("part", "code"), [("api", 0), ("worker", 0), ("migrate", 143)])
async def test_as_the_first_process_it_stops_at_once_even_where_it_reaches_nothing(
    stage: Stack, image: Image, part: str, code: int
) -> None:
    """What was to come to an end, and did not, does not count as completed."""
    container = stage.client.containers.run(
        image.id,
        [part],
        detach=True,
        environment={"DATABASE_HOST": "127.0.0.1", "REDIS_HOST": "127.0.0.1"},
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": "mode=1777"},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        labels={"com.docker.compose.project": ""},
    )
    try:
        await eventually(container.logs, timeout=30)
        container.stop(timeout=60)
        container.reload()
        assert container.attrs["State"]["ExitCode"] == code, container.logs().decode()
    finally:
        container.remove(force=True)


@pytest.mark.parametrize("target", ["runtime", "debug", "test"])
def test_bake_is_for_both_architectures(target: str) -> None:
    printed = bake(ROOT / "docker", "--print", target, APP_VERSION="2.0.0")
    assert printed.returncode == 0, printed.stderr
    (one,) = json.loads(printed.stdout)["target"].values()
    assert (one["target"], one["platforms"]) == (target, ["linux/amd64", "linux/arm64"])
    assert one["args"]["VERSION"] == "2.0.0"


@pytest.fixture
def baked(stage: Stack, image_variables: dict[str, str], project_name: str) -> Iterator[dict[str, str]]:
    """Variables for a build under a name of its own, which is removed afterwards."""
    yield {**image_variables, "APP_IMAGE": project_name, "APP_TAG": "baked", "APP_REVISION": "abc1234"}
    for found in stage.client.images.list(name=project_name):
        stage.client.images.remove(found.id, force=True)


def test_bake_builds_it_here_after_its_own_tests(stage: Stack, baked: dict[str, str]) -> None:
    done = bake(ROOT / "docker", "--set", "*.platform=linux/amd64", "--load", "runtime", "test", **baked)
    assert done.returncode == 0, done.stderr
    image = stage.client.images.get(f"{baked['APP_IMAGE']}:baked")
    assert image.labels["org.opencontainers.image.revision"] == "abc1234"


def test_a_unit_test_that_fails_fails_the_build(tmp_path: Path, baked: dict[str, str]) -> None:
    copied = copy_of_the_stack(tmp_path)
    (copied / "docker/app/tests/test_wrong.py").write_text("def test_it() -> None:\n    assert 1 + 1 == 3\n")

    done = bake(copied / "docker", "--set", "*.platform=linux/amd64", "test", **baked)

    assert done.returncode != 0
    assert "assert (1 + 1) == 3" in done.stderr
