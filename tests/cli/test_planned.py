"""up, down and the other verbs that become a plan."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from devbox.cli import confirm
from devbox.errors import BuildFailed, EngineError, EngineLost
from devbox.plan.observed import HealthState
from devbox.ports import BuildRequest, Progress
from tests.cli.world import World
from tests.fakes import Behaviour


def running(world: World) -> list[str]:
    return sorted(one.name for one in world.engine.containers.values() if one.live)


@pytest.fixture
def up(world: World) -> World:
    assert world.run("up", "-d").code == 0
    return world


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


def test_down_removes_everything_but_volumes(world: World) -> None:
    world.write(
        "name: shop\nservices: {db: {image: 'devbox-test/busybox:latest', volumes: ['data:/d']}}\nvolumes: {data: }"
    )
    world.run("up")
    said = world.run("down")
    assert said.code == 0
    assert (world.engine.containers, world.engine.networks) == ({}, {})
    assert list(world.engine.volumes) == ["shop_data"]


def test_down_v_removes_volumes_without_asking_where_nobody_can_answer(world: World) -> None:
    world.write(
        "name: shop\nservices: {db: {image: 'devbox-test/busybox:latest', volumes: ['data:/d']}}\nvolumes: {data: }"
    )
    world.run("up")
    assert world.run("down", "-v").code == 0
    assert world.engine.volumes == {}


@pytest.fixture
def asking(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A stack with a volume, and a person at a terminal."""
    world.write(
        "name: shop\nservices: {db: {image: 'devbox-test/busybox:latest', volumes: ['data:/d']}}\nvolumes: {data: }"
    )
    world.run("up")
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    return world


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(confirm, "_ask", lambda question: text)


def test_down_v_names_what_is_lost_and_a_no_leaves_it(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "n")
    said = asking.run("down", "-v")
    assert said.code == 1
    assert "shop_data" in said.err
    assert "Nothing was changed" in said.err
    assert list(asking.engine.volumes) == ["shop_data"]
    assert running(asking) == ["shop-db-1"]


def test_down_v_goes_on_after_a_yes(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "y")
    assert asking.run("down", "-v").code == 0
    assert asking.engine.volumes == {}


def test_yes_on_the_command_line_is_not_asked_again(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "n")
    assert asking.run("down", "-v", "-y").code == 0
    assert asking.engine.volumes == {}


@pytest.fixture
def labelled(asking: World) -> World:
    """The same, the volume's labels being changed in the file since."""
    text = (asking.folder / "compose.yaml").read_text()
    asking.write(text.replace("volumes: {data: }", "volumes: {data: {labels: {team: blue}}}"))
    return asking


def team(world: World) -> str | None:
    return world.engine.volumes["shop_data"].labels.get("team")


def test_up_makes_a_changed_volume_anew_after_a_yes(labelled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "y")
    said = labelled.run("up")
    assert (said.code, team(labelled), running(labelled)) == (0, "blue", ["shop-db-1"])
    assert "volume shop_data and its data: labels.team changed" in said.err


def test_up_does_nothing_after_a_no_and_keeps_the_volume_when_told(
    labelled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "n")
    said = labelled.run("up")
    assert (said.code, team(labelled)) == (1, None)
    assert "devbox up --keep-volumes" in said.err
    assert labelled.run("up", "--keep-volumes").code == 0
    assert team(labelled) is None


def test_up_keeps_a_changed_volume_where_nobody_can_answer(labelled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "can_ask", lambda: False)
    said = labelled.run("up")
    assert (said.code, team(labelled)) == (0, None)
    assert "volume shop_data is not as the files want it (labels.team); it stays, with its data" in said.err
    assert labelled.run("up", "-y").code == 0
    assert team(labelled) == "blue"


def test_a_protected_environment_wants_its_name_typed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("environments: {prod: {files: [compose.yaml], protected: true}}", "devbox.yaml")
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    answer(monkeypatch, "yes")
    assert world.run("up").code == 1
    assert world.engine.containers == {}
    answer(monkeypatch, "prod")
    assert world.run("up").code == 0


@pytest.mark.parametrize(
    ("verb", "left"),
    [
        ("stop", []),
        ("kill", []),
        ("restart", ["shop-api-1", "shop-db-1"]),
    ],
)
def test_verbs_on_running_services(up: World, verb: str, left: list[str]) -> None:
    assert up.run(verb).code == 0
    assert running(up) == left


def test_start_after_stop(up: World) -> None:
    up.run("stop")
    assert up.run("start").code == 0
    assert running(up) == ["shop-api-1", "shop-db-1"]


def test_pause_and_unpause(up: World) -> None:
    up.run("pause", "db")
    assert up.engine.named("shop-db-1").state.value == "paused"
    up.run("unpause", "db")
    assert up.engine.named("shop-db-1").state.value == "running"


def test_rm_removes_stopped_containers_only(up: World) -> None:
    up.run("stop", "api")
    assert up.run("rm", "-f").code == 0
    assert [one.name for one in up.engine.containers.values()] == ["shop-db-1"]


def test_a_refused_stop_fails(up: World) -> None:
    up.engine.fail("stop", EngineError("permission denied", status=500), times=5)
    said = up.run("stop")
    assert said.code == 1
    assert "permission denied" in said.err


def test_plan_prints_the_steps_and_changes_nothing(world: World) -> None:
    said = world.run("plan")
    assert said.code == 0
    assert "start shop-api-1" in said.out
    assert world.engine.containers == {}


def test_plan_tells_by_its_exit_code_when_asked(world: World) -> None:
    assert world.run("plan", "--detailed-exitcode").code == 4
    world.run("up")
    assert world.run("plan", "--detailed-exitcode").code == 0


def test_plan_names_the_property_that_differs(up: World) -> None:
    up.write("name: shop\nservices: {db: {image: 'devbox-test/busybox:latest', environment: {LEVEL: debug}}}")
    said = up.run("plan", "db")
    assert "LEVEL" in said.out
    assert up.run("plan", "--json", "db").json()["changes"][0]["service"] == "db"


def test_a_port_that_another_project_holds_is_told_before_anything_starts(world: World) -> None:
    world.given("web", project="blog", host={"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8000"}]}})
    said = world.run("up")
    assert said.code == 1
    assert "blog-web-1" in said.err
    assert running(world) == ["blog-web-1"]


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
