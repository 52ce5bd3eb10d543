"""Whether replicas are recreated in turns: the environment says, the command line wins."""

from __future__ import annotations

import pytest

from tests.cli.world import World
from tests.fakes import FakeImage
from tests.real import IMAGE

WEB = f"""
name: shop
services:
  web:
    image: {IMAGE}
    scale: 2
    environment: {{A: "%s"}}
"""
TURN = "wait until web-1 runs"


@pytest.fixture
def changed(world: World) -> World:
    """Two replicas run that the file has changed since."""
    world.write(WEB % 1)
    world.write("environments: {there: {files: [compose.yaml], project: shop, rolling: true}}", "devbox.yaml")
    assert world.run("up", "--no-rolling").code == 0
    world.write(WEB % 2)
    return world


def test_an_environment_can_ask_for_it(changed: World) -> None:
    assert TURN in changed.run("plan").out
    assert TURN in changed.run("up").err


def test_the_command_line_wins(changed: World) -> None:
    assert TURN not in changed.run("plan", "--no-rolling").out
    assert TURN not in changed.run("up", "--no-rolling").err


def test_it_can_be_asked_for_where_the_environment_does_not(changed: World) -> None:
    changed.write("environments: {there: {files: [compose.yaml], project: shop}}", "devbox.yaml")
    assert TURN not in changed.run("plan").out
    assert TURN in changed.run("plan", "--rolling").out


def test_it_needs_containers_that_start(changed: World) -> None:
    said = changed.run("up", "--rolling", "--no-start")
    assert (said.code, said.err) == (2, "error: --rolling and --no-start exclude each other.\n")


def test_what_goes_back_does_so_in_turns_too(changed: World) -> None:
    changed.engine.images[IMAGE] = FakeImage(content="2")
    assert changed.run("up").code == 0
    said = changed.run("rollback")
    assert (said.code, TURN in said.err) == (0, True), said.err


def test_where_the_environment_does_not_ask_all_go_back_at_once(changed: World) -> None:
    changed.write("environments: {there: {files: [compose.yaml], project: shop}}", "devbox.yaml")
    changed.engine.images[IMAGE] = FakeImage(content="2")
    assert changed.run("up").code == 0
    said = changed.run("rollback")
    assert (said.code, TURN in said.err) == (0, False), said.err
