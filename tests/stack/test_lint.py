"""The reference stack put to its own checks: its files, and its containers as they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.stack.stack import ROOT, Stack


@pytest.fixture(scope="module")
def linted() -> dict[str, Any]:
    """What is said of each environment in a fresh clone with nothing set."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "devbox", "lint", "--all-environments", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=plain, capture_output=True, text=True, timeout=110)
    assert done.returncode in (0, 1), done.stderr
    return {one["environment"]: one for one in json.loads(done.stdout)}


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_nothing_is_found_that_is_not_explained(linted: dict[str, Any], environment: str) -> None:
    assert linted[environment]["findings"] == []


@pytest.mark.parametrize("environment", ["stage", "prod"])
def test_outside_of_development_only_digests_are_explained(linted: dict[str, Any], environment: str) -> None:
    assert {one["rule"] for one in linted[environment]["suppressed"]} <= {"DB051", "DB110"}


@pytest.mark.parametrize("environment", ["dev", "stage", "prod"])
def test_everything_was_looked_at(linted: dict[str, Any], environment: str) -> None:
    assert linted[environment]["not_looked_at"] == []


def test_what_stages_files_promise_holds_in_its_containers(stage: Stack) -> None:
    (found,) = json.loads(stage.devbox("lint", "--running", "--json"))
    assert (found["findings"], found["not_looked_at"]) == ([], [])


def test_what_was_changed_by_hand_in_a_container_is_found(stage: Stack) -> None:
    redis = stage.container("redis")
    limit = redis.attrs["HostConfig"]["Memory"]
    redis.update(mem_limit=limit + (32 << 20))
    try:
        said = stage.tried("lint", "--running", "redis")
    finally:
        redis.update(mem_limit=limit)
    assert said.returncode == 1
    assert f"DB205  has memory {(limit >> 20) + 32} MiB instead of {limit >> 20} MiB ({redis.name})" in said.stdout
