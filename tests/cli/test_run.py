"""`devbox run`."""

from __future__ import annotations

from tests.cli.planned import running
from tests.cli.world import World
from tests.fakes import Behaviour


def test_run_starts_what_the_service_depends_on_and_ends_with_the_commands_code(world: World) -> None:
    world.engine.behave("api", Behaviour(exits=3))
    said = world.run("run", "--rm", "-T", "api", "true")
    assert said.code == 3
    assert running(world) == ["shop-db-1"]
    assert all("run" not in one.name for one in world.engine.containers.values())


def test_run_without_rm_leaves_the_container_and_says_so(world: World) -> None:
    world.engine.behave("api", Behaviour(exits=0))
    said = world.run("run", "--no-deps", "api", "true")
    assert "devbox run --rm" in said.err
    (left,) = world.engine.containers.values()
    assert left.labels["com.docker.compose.oneoff"] == "True"


def test_run_gives_the_command_its_variables_and_no_ports(world: World) -> None:
    world.engine.behave("api", Behaviour(exits=0))
    world.run("run", "--no-deps", "-e", "LEVEL=debug", "api", "env")
    (made,) = world.engine.containers.values()
    assert "LEVEL=debug" in made.spec.body["Env"]
    assert made.spec.body["Cmd"] == ["env"]
    assert made.published() == []


def test_run_publishes_ports_when_asked(world: World) -> None:
    world.engine.behave("api", Behaviour(exits=0))
    world.run("run", "--no-deps", "-p", "127.0.0.1:9000:80", "api", "env")
    (made,) = world.engine.containers.values()
    assert made.published() == [(80, "tcp", "127.0.0.1", 9000)]


def test_one_offs_are_listed_only_when_asked(world: World) -> None:
    world.engine.behave("api", Behaviour(exits=0))
    world.run("run", "--no-deps", "--name", "mine", "api", "env")
    assert "mine" not in world.run("ps").out
    assert "api (run: mine)" in world.run("ps", "-a").out
