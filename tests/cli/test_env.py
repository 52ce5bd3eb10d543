"""`devbox env`, `devbox probe` and `devbox --up`: what runs where, and how it answers."""

from __future__ import annotations

import pytest

from tests.cli.world import TWO, World
from tests.fakes import Behaviour
from tests.real import IMAGE

MIGRATED = f"""
name: shop
services:
  api:
    image: {IMAGE}
    depends_on:
      migrate: {{condition: service_completed_successfully}}
  migrate:
    image: {IMAGE}
"""


def test_each_environment_is_looked_for_on_its_own_engine(world: World) -> None:
    world.write(TWO, "compose.prod.yaml")
    world.write(
        "environments:\n  dev: {files: [compose.yaml]}\n  prod: {files: [compose.prod.yaml], context: far}\n",
        "devbox.yaml",
    )
    world.run("env")
    assert sorted(world.contexts) == ["", "far"]


@pytest.fixture
def migrated(world: World) -> World:
    """api runs after its migration has ended."""
    world.write(MIGRATED)
    world.engine.behave("migrate", Behaviour(exits=0))
    assert world.run("up", "--wait").code == 0
    return world


def test_what_ended_as_it_should_is_not_missed(migrated: World) -> None:
    said = migrated.run("probe")
    assert said.code == 0
    assert "migrate" not in said.out


def test_what_does_not_run_is_missed(migrated: World) -> None:
    migrated.run("stop", "api")
    said = migrated.run("probe")
    assert said.code == 1
    assert "api: does not run" in said.out


def test_up_without_a_terminal_brings_it_up_asks_and_shows_the_table(world: World) -> None:
    said = world.run("--up")
    assert said.code == 0
    assert "start shop-api-1" in said.err
    assert "runs (no healthcheck to ask)" in said.out
    assert "SERVICE" in said.out
