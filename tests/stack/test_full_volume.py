"""A volume without room: the start fails at once, and the message says what is full."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

from tests.real import remove_project
from tests.stack.stack import make_secrets

# As large as a disk that has just run full; never started again, so that the first failure is the one that is told.
FULL = """
services:
  postgres: {restart: "no"}
volumes:
  postgres-data:
    driver_opts: {type: tmpfs, device: tmpfs, o: "size=24m,uid=999,gid=999,mode=0700"}
"""


def test_postgres_on_a_full_volume_is_told_with_its_reason(copied: Path, image_variables: dict[str, str]) -> None:
    make_secrets(copied, "stage")
    (copied / "full.yml").write_text(FULL)
    project = f"dbt-full-{secrets.token_hex(3)}"
    files = ["docker/docker-compose.yml", "docker/docker-compose.stage.yml", "full.yml"]
    chosen = [word for file in files for word in ("-f", file)]
    command = [sys.executable, "-m", "devbox", *chosen, "-p", project, "up", "--wait", "postgres"]
    try:
        done = subprocess.run(
            command, cwd=copied, env=os.environ | image_variables, capture_output=True, text=True, timeout=110
        )
    finally:
        remove_project(project)
    assert done.returncode == 1
    assert "postgres-1 exited (1)" in done.stderr
    assert "No space left on device" in done.stderr
