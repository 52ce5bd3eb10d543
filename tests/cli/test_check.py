"""`devbox check`: what a person and a script get from it."""

from __future__ import annotations

import pytest

from tests.cli.world import World

ENVIRONMENTS = """
environments:
  dev: {files: [base.yaml], env_files: [dev.env], project: shop-dev}
  stage: {files: [base.yaml], env_files: [stage.env], project: shop-stage}
"""
BASE = "services: {web: {image: nginx, ports: ['127.0.0.1:${PORT}:80']}}\n"


@pytest.fixture
def apart(world: World) -> World:
    """dev and stage, each on a port of its own."""
    world.write(ENVIRONMENTS, "devbox.yaml")
    world.write(BASE, "base.yaml")
    world.write("PORT=8000\n", "dev.env")
    world.write("PORT=8001\n", "stage.env")
    return world


def test_a_clean_run_tells_what_it_has_shown(apart: World) -> None:
    said = apart.run("check")
    assert said.code == 0
    assert "separate published ports" in said.out
    assert "2 fixed host ports" in said.out


def test_no_engine_is_asked(apart: World) -> None:
    apart.run("check")
    assert apart.contexts == []


def test_a_finding_fails_and_names_both_places_the_reason_and_the_remedy(apart: World) -> None:
    apart.write("PORT=8000\n", "stage.env")
    said = apart.run("check")
    assert said.code == 1
    assert said.out.startswith(
        "shared-port: dev (web, 127.0.0.1:8000) and stage (web, 127.0.0.1:8000) publish the same host port 8000/tcp\n"
        "    dev  base.yaml:1:40  services.web.ports[0].published  (PORT from dev.env:1)\n"
        "    stage  base.yaml:1:40  services.web.ports[0].published  (PORT from stage.env:1)\n"
        "  why: the second one to start fails\n"
        "  do:  set another host port in the environment's own env file\n"
    )
    assert 'check: {ignore: [{rule: shared-port, subjects: ["8000"], reason: ...}]}' in said.out


def test_what_is_ignored_passes_with_its_reason(apart: World) -> None:
    apart.write("PORT=8000\n", "stage.env")
    apart.write(
        ENVIRONMENTS + "check: {ignore: [{rule: shared-port, subjects: ['8000'], reason: never at once}]}\n",
        "devbox.yaml",
    )
    said = apart.run("check")
    assert said.code == 0
    assert "never at once; devbox.yaml:5" in said.out


def test_json_holds_findings_and_what_was_shown(apart: World) -> None:
    apart.write("PORT=8000\n", "stage.env")
    said = apart.run("check", "--json")
    told = said.json()
    assert said.code == 1
    assert [(one["rule"], one["subject"]) for one in told["findings"]] == [("shared-port", "8000")]
    assert told["findings"][0]["spots"][1]["variables"][0]["line"] == 1
    assert [one["kind"] for one in told["environments"]] == ["development", "staging"]


def test_with_an_environment_named_only_its_own_findings_count(apart: World) -> None:
    apart.write("PORT=8001\nOTHER=1\n", "stage.env")
    assert apart.run("-e", "dev", "check").code == 0
    assert apart.run("-e", "stage", "check").code == 1
