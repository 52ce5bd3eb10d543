"""The stack's passwords: a fresh clone says how to make them; each container reads its own, and nobody else does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.stack import ROOT, Stack, copy_of_the_stack, make_secrets


def test_a_fresh_clone_says_in_one_line_what_stage_needs(tmp_path: Path) -> None:
    folder = copy_of_the_stack(tmp_path)
    command = [sys.executable, "-m", "devbox", "-e", "stage", "-p", "dbt-stage-refused", "up", "--wait"]
    refused = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert refused.returncode == 1
    said = [line for line in refused.stderr.splitlines() if "secrets init" in line]
    assert [line.strip() for line in said] == ["`devbox -e stage secrets init` makes what is missing"]
    assert re.search(r"docker-compose\.[a-z]+\.yml:\d+:", refused.stderr)


@pytest.mark.parametrize("environment", ["stage", "prod"])
def test_with_devs_password_it_does_not_start(tmp_path: Path, environment: str) -> None:
    folder = copy_of_the_stack(tmp_path)
    make_secrets(folder, environment)
    (folder / f"config/secrets/{environment}/postgres_password").write_text("dev")
    devbox = [sys.executable, "-m", "devbox", "-e", environment, "--yes-i-mean", environment, "-p", "dbt-known"]
    refused = subprocess.run([*devbox, "up", "--wait"], cwd=folder, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "secret postgres_password is the same as dev's" in refused.stderr
    assert "Nothing was changed." in refused.stderr


@pytest.mark.parametrize(
    ("service", "user"), [("api", "10001"), ("worker", "10001"), ("postgres", "999"), ("redis", "999")]
)
def test_each_service_reads_its_password_and_another_user_does_not(stage: Stack, service: str, user: str) -> None:
    name = "redis_password" if service == "redis" else "postgres_password"
    for container in stage.containers(service):
        mine = container.exec_run(["cat", f"/run/secrets/{name}"], user=f"{user}:{user}")
        theirs = container.exec_run(["cat", f"/run/secrets/{name}"], user="4321:4321")
        assert (mine.exit_code, len(mine.output)) == (0, 43)
        assert theirs.exit_code != 0


def test_a_second_init_keeps_what_is_there(stage: Stack) -> None:
    folder = stage.folder / "config/secrets/stage"
    made = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = stage.devbox("secrets", "init")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made
    assert {line.split()[0] for line in said.splitlines()} == {"kept"}


def test_git_ignores_them() -> None:
    made = "config/secrets/stage/postgres_password"
    ignored = subprocess.run(["git", "check-ignore", made], cwd=ROOT, capture_output=True, text=True)
    assert ignored.stdout.split() == [made]
