"""Replicas: numbers, which go first, and what an interruption leaves."""

from __future__ import annotations

from devbox.plan.commands import Up
from devbox.plan.observed import RunState
from devbox.plan.reconcile import reconcile
from tests.plan.world import container, project, standing

WEB = "services: {web: {image: x, scale: 2, stop_signal: SIGKILL}}"


def ids(plan_of: object) -> list[str]:
    return [node.id for node in plan_of.nodes]  # type: ignore[attr-defined]


def test_the_lowest_free_numbers_are_taken() -> None:
    web = project(WEB)
    plan = reconcile(web, standing(web, container(web, "web", 3)), Up(scale={"web": 4}))
    assert ids(plan) == ["create web-2", "create web-4", "start web-2", "start web-4"]


def test_the_highest_numbers_go_first() -> None:
    web = project(WEB)
    plan = reconcile(web, standing(web, container(web, "web", 2), container(web, "web", 3)), Up(scale={"web": 1}))
    assert ids(plan) == ["remove web-2", "remove web-3"]


def test_what_must_be_made_anew_goes_before_what_may_stay() -> None:
    web = project(WEB)
    stale = container(web, "web", 1, config_hash="old")
    plan = reconcile(web, standing(web, container(web, "web", 2), web=stale), Up(scale={"web": 1}))
    assert ids(plan) == ["remove web-1"]


def test_scale_zero_removes_all() -> None:
    web = project(WEB)
    assert ids(reconcile(web, standing(web), Up(scale={"web": 0}))) == ["remove web-1"]


def test_a_container_name_does_not_scale() -> None:
    web = project("services: {web: {image: x, container_name: one}}")
    plan = reconcile(web, standing(web), Up(scale={"web": 2}))
    assert [one.message for one in plan.problems] == ["2 containers cannot all be called one"]


def test_the_rest_of_an_interrupted_recreation_goes() -> None:
    web = project("services: {web: {image: x}}")
    half = container(web, "web", name="0123456789ab_shop-web-1", id="half", state=RunState.CREATED)
    assert ids(reconcile(web, standing(web, half), Up())) == ["remove 0123456789ab_shop-web-1"]


def test_the_rest_of_an_interrupted_recreation_goes_before_another_takes_its_name() -> None:
    web = project("services: {web: {image: x}}")
    stale = container(web, "web", config_hash="old")
    name = f"{stale.id[:12]}_shop-web-1"
    half = container(web, "web", name=name, id="half", state=RunState.CREATED)
    plan = reconcile(web, standing(web, half, web=stale), Up())
    assert [node.after for node in plan.nodes if node.id == "create web-1"] == [{f"remove {name}"}]


def test_a_new_container_whose_old_one_is_gone_gets_its_name_and_starts() -> None:
    web = project("services: {web: {image: x}}")
    half = container(web, "web", name="0123456789ab_shop-web-1", id="half", state=RunState.CREATED)
    assert ids(reconcile(web, standing(web, web=half), Up())) == ["rename web-1", "start web-1"]
