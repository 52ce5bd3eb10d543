"""`devbox up`: what it starts, says and ends with."""

from __future__ import annotations

from collections.abc import AsyncIterator

from devbox.errors import BuildFailed, EngineLost
from devbox.plan.observed import HealthState
from devbox.ports import BuildRequest, Progress
from tests.cli.planned import running
from tests.cli.world import World
from tests.fakes import Behaviour


def test_up_starts_every_service(world: World) -> None:
    said = world.run("up")
    assert said.code == 0
    assert running(world) == ["shop-api-1", "shop-db-1"]


def test_up_says_each_step_with_its_cause(world: World) -> None:
    err = world.run("up").err
    assert "create network shop_default" in err
    assert "start shop-api-1" in err
    assert "no container yet" in err


def test_up_prints_nothing_on_stdout(world: World) -> None:
    assert world.run("up").out == ""


def test_a_second_up_has_nothing_to_do(up: World) -> None:
    said = up.run("up")
    assert said.code == 0
    assert "nothing to do" in said.err


def test_up_of_one_service_starts_what_it_depends_on(world: World) -> None:
    world.write("name: shop\nservices: {a: {image: x, depends_on: [b]}, b: {image: x}, c: {image: x}}")
    world.engine.images["x"] = world.engine.images.popitem()[1]
    world.run("up", "a")
    assert running(world) == ["shop-a-1", "shop-b-1"]


def test_no_deps_leaves_the_dependencies_alone(world: World) -> None:
    world.run("up", "--no-deps", "api")
    assert running(world) == ["shop-api-1"]


def test_scale_makes_replicas(world: World) -> None:
    world.run("up", "--scale", "db=2")
    assert running(world) == ["shop-api-1", "shop-db-1", "shop-db-2"]


def test_no_start_only_creates(world: World) -> None:
    assert world.run("up", "--no-start").code == 0
    assert running(world) == []
    assert len(world.engine.containers) == 2


def test_force_recreate_replaces_the_containers(up: World) -> None:
    before = set(up.engine.containers)
    up.run("up", "--force-recreate")
    assert running(up) == ["shop-api-1", "shop-db-1"]
    assert not before & set(up.engine.containers)


def test_json_tells_the_steps_and_the_result(world: World) -> None:
    told = world.run("up", "--json").json()
    assert told["result"] == "done"
    assert {step["result"] for step in told["steps"]} == {"done"}
    assert any(step["text"] == "start shop-db-1" for step in told["steps"])


class FailingBuilder:
    """No image builds."""

    async def build(self, request: BuildRequest) -> AsyncIterator[list[Progress]]:
        yield []
        raise BuildFailed(f"{request.service} did not build.", tail=("make: *** Error 2",), log_file="/logs/api.log")


def test_json_of_a_failed_build_has_its_last_lines_and_where_its_log_lies(world: World) -> None:
    world.write("name: shop\nservices: {api: {build: .}}")
    world.builder = FailingBuilder()
    said = world.run("build", "--json")
    assert said.code == 1
    assert said.json()["errors"] == [
        {
            "step": "build api",
            "message": "api did not build.",
            "hint": "",
            "tail": ["make: *** Error 2"],
            "log": "/logs/api.log",
        }
    ]


def test_a_step_that_fails_ends_with_1_and_says_why_and_what_is_not_done(world: World) -> None:
    world.engine.behave("db", Behaviour(start_error="driver failed programming external connectivity"))
    said = world.run("up")
    assert said.code == 1
    assert "driver failed" in said.err
    assert "Not done because of it: start shop-api-1" in said.err


def test_an_engine_lost_on_the_way_ends_with_3(world: World) -> None:
    world.engine.fail("create_container", EngineLost("The engine went away."))
    assert world.run("up").code == 3


def test_a_service_that_is_never_healthy_fails_a_wait(world: World) -> None:
    world.write(
        "name: shop\nservices: {db: {image: 'devbox-test/busybox:latest', healthcheck: {test: [CMD, x], interval: 1s}}}"
    )
    world.engine.behave("db", Behaviour(health=((0.0, HealthState.UNHEALTHY),)))
    said = world.run("up", "--wait", "--wait-timeout", "2")
    assert said.code == 1
    assert "db" in said.err


def test_wait_and_no_start_exclude_each_other(world: World) -> None:
    assert world.run("up", "--wait", "--no-start").code == 2


def test_orphans_that_stay_are_told(up: World) -> None:
    up.given("old")
    said = up.run("up")
    assert "orphans stay: shop-old-1" in said.err and "--remove-orphans" in said.err
    assert "orphans stay" not in up.run("up", "--remove-orphans").err


def test_an_unknown_service_changes_nothing(world: World) -> None:
    assert world.run("up", "nope").code == 2
    assert world.engine.containers == {}


def test_an_image_nobody_has_fails_with_its_name(world: World) -> None:
    world.write("name: shop\nservices: {db: {image: nowhere/nothing}}")
    said = world.run("up")
    assert said.code == 1
    assert "nowhere/nothing" in said.err


def test_a_pull_that_fails_while_the_image_is_there_is_told(up: World) -> None:
    said = up.run("up", "--pull", "always", "--json", "db")
    assert said.code == 0
    (warning,) = [text for text in said.json()["warnings"] if "pull" in text]
    assert warning.startswith("pull devbox-test/busybox:latest: goes on without it: ")
    assert warning in said.err


def test_a_port_that_another_project_holds_is_told_before_anything_starts(world: World) -> None:
    world.given("web", project="blog", host={"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8000"}]}})
    said = world.run("up")
    assert said.code == 1
    assert "blog-web-1" in said.err
    assert running(world) == ["blog-web-1"]
