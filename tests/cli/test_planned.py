"""down, plan and the verbs on services that are there."""

from __future__ import annotations

import pytest

from devbox.errors import EngineError
from tests.cli.planned import running
from tests.cli.world import World


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
