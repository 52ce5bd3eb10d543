"""Verbs on containers that are there: exec, port, wait, and the lists of projects and environments."""

from __future__ import annotations

import pytest

from devbox.ports import ExecResult
from tests.cli.world import World
from tests.fakes import Behaviour


def test_exec_ends_with_the_commands_own_code(world: World) -> None:
    world.given("api")
    world.engine.behave("api", Behaviour(exec=lambda command: ExecResult(exit_code=7, output="")))
    assert world.run("exec", "api", "false").code == 7


def test_exec_hands_the_commands_own_options_on(world: World) -> None:
    world.given("api")
    world.run("exec", "-T", "api", "ls", "-l", "--all")
    assert world.engine.execs == [("shop-api-1", ("ls", "-l", "--all"))]


def test_exec_chooses_a_replica_by_its_number(world: World) -> None:
    world.given_scaled("api", 2)
    world.run("exec", "--index", "2", "api", "true")
    assert world.engine.execs == [("shop-api-2", ("true",))]


def test_exec_in_a_service_that_does_not_run_says_how_to_start_it(world: World) -> None:
    world.given_stopped("api")
    said = world.run("exec", "api", "true")
    assert said.code == 1
    assert "The service api has exited." in said.err
    assert "devbox up api" in said.err


def test_exec_without_a_command_is_a_usage_error(world: World) -> None:
    assert world.run("exec", "api").code == 2


def test_port_prints_where_it_is_published(world: World) -> None:
    world.given("api", host={"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8000"}]}})
    assert world.run("port", "api", "80").out == "127.0.0.1:8000\n"


def test_port_fails_for_one_that_is_not_published(world: World) -> None:
    world.given("api")
    said = world.run("port", "api", "81")
    assert said.code == 1
    assert "not its port 81/tcp" in said.err


def test_wait_ends_with_the_first_code_that_is_not_0(world: World) -> None:
    world.given_stopped("api", code=0)
    world.given_stopped("db", code=5)
    said = world.run("wait", "api", "db")
    assert said.code == 5
    assert sorted(said.out.splitlines()) == ["shop-api-1: 0", "shop-db-1: 5"]


def test_wait_for_a_service_without_a_container_fails(world: World) -> None:
    assert world.run("wait", "api").code == 1


def test_ls_lists_every_project(world: World) -> None:
    world.given("api")
    world.given("web", project="blog")
    assert world.run("ls", "-q").out == "blog\nshop\n"


@pytest.fixture
def environments(world: World) -> World:
    """A base file and two files named for environments."""
    world.write("services: {api: {environment: {STAGE: dev}}}", "compose.dev.yaml")
    world.write("services: {api: {environment: {STAGE: stage}}}", "compose.stage.yaml")
    return world


def test_env_lists_environments_with_the_current_one_marked(environments: World) -> None:
    lines = environments.run("env").out.splitlines()
    assert [line.split()[:2] for line in lines[1:] if line.startswith("*")] == [["*", "dev"]]
    assert any(line.split()[0] == "stage" for line in lines[1:])


def test_env_needs_no_engine(environments: World) -> None:
    environments.engine.lose()
    assert environments.run("env", "-q").out.split() == ["dev", "stage"]
    assert environments.run("env").code == 0


def test_env_tells_what_runs(environments: World) -> None:
    environments.given("api", project="shop-stage")
    found = {one["name"]: one["running"] for one in environments.run("env", "--json").json()}
    assert found == {"dev": 0, "stage": 1}


def test_an_environment_is_a_project_of_its_own(environments: World) -> None:
    environments.given("api", project="shop-stage")
    assert [one["project"] for one in environments.run("-e", "stage", "ps", "--json").json()] == ["shop-stage"]
    assert environments.run("-e", "dev", "ps", "--json").json() == []


def test_an_unknown_environment_is_a_usage_error(environments: World) -> None:
    said = environments.run("-e", "stag", "ps")
    assert said.code == 2
    assert "stage" in said.err


def test_the_context_argument_wins_over_the_environments(world: World) -> None:
    world.write("environments: {far: {files: [compose.yaml], context: remote}}", "devbox.yaml")
    world.run("ps")
    assert world.contexts == ["remote"]


def test_a_protected_environment_is_not_changed_without_its_name(world: World) -> None:
    world.write("environments: {prod: {files: [compose.yaml], protected: true}}", "devbox.yaml")
    world.given("api")
    said = world.run("exec", "api", "true")
    assert said.code == 2
    assert "--yes-i-mean prod" in said.err
    assert world.engine.execs == []


def test_a_protected_environment_is_changed_once_it_is_named(world: World) -> None:
    world.write("environments: {prod: {files: [compose.yaml], protected: true}}", "devbox.yaml")
    world.given("api")
    assert world.run("--yes-i-mean", "prod", "exec", "api", "true").code == 0


def test_another_environments_name_does_not_open_a_protected_one(world: World) -> None:
    world.write("environments: {prod: {files: [compose.yaml], protected: true}}", "devbox.yaml")
    world.given("api")
    assert world.run("--yes-i-mean", "dev", "exec", "api", "true").code == 2


@pytest.fixture
def elsewhere(world: World) -> World:
    """Somewhere without any Compose file, while shop runs."""
    world.given("api", "db")
    (world.folder / "compose.yaml").unlink()
    return world


def test_a_project_is_listed_by_its_name_alone(elsewhere: World) -> None:
    said = elsewhere.run("-p", "shop", "ps", "--services")
    assert said.out == "api\ndb\n"


def test_a_project_is_taken_down_by_its_name_alone(elsewhere: World) -> None:
    assert elsewhere.run("-p", "shop", "down").code == 0
    assert elsewhere.engine.containers == {}


@pytest.mark.parametrize("verb", ["ps", "env"])
def test_without_a_name_and_a_file_there_is_nothing_to_list(elsewhere: World, verb: str) -> None:
    said = elsewhere.run(verb)
    assert said.code == 1
    assert "no Compose file" in said.err
