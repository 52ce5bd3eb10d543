"""Which services `up` means: those named, their profiles and dependencies; and what it leaves alone."""

from __future__ import annotations

import pytest

from devbox.errors import UsageError
from devbox.plan.commands import Up
from devbox.plan.reconcile import reconcile
from tests.plan.shop import SHOP
from tests.plan.world import container, nothing, project, standing, stranger


def test_only_named_services_and_what_they_need() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, nothing(shop), Up(services=("cache",)))
    assert [node.id for node in plan.nodes] == ["create network default", "create cache-1", "start cache-1"]


def test_no_deps_neither_starts_nor_waits() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, nothing(shop), Up(services=("api",), no_deps=True))
    assert [node.id for node in plan.nodes] == ["create network default", "create api-1", "start api-1"]


def test_a_service_that_its_profile_leaves_out_comes_when_named() -> None:
    shop = project("services: {a: {image: x}, debug: {image: y, profiles: [tools]}}")
    assert "create debug-1" not in [node.id for node in reconcile(shop, nothing(shop), Up()).nodes]
    assert "create debug-1" in [node.id for node in reconcile(shop, nothing(shop), Up(services=("debug",))).nodes]


def test_an_unknown_service_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no such service: app\nThe files have: db, cache, api\."):
        reconcile(project(SHOP), nothing(project(SHOP)), Up(services=("app",)))


def test_orphans_are_named_and_stay() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop, stranger("shop", "old", "shop-old-1")), Up())
    assert (plan.orphans, plan.nodes) == (("shop-old-1",), ())


def test_orphans_go_when_asked() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop, stranger("shop", "old", "shop-old-1")), Up(remove_orphans=True))
    assert [node.id for node in plan.nodes] == ["stop old-1", "remove old-1"]


def test_a_disabled_service_is_no_orphan() -> None:
    shop = project("services: {a: {image: x}, debug: {image: y, profiles: [tools]}}")
    plan = reconcile(shop, standing(shop, debug=container(shop, "debug")), Up(remove_orphans=True))
    assert (plan.orphans, plan.nodes) == ((), ())


def test_a_oneoff_is_left_alone() -> None:
    shop = project(SHOP)
    oneoff = container(shop, "api", name="shop-api-run-1", id="one", oneoff=True)
    assert not reconcile(shop, standing(shop, oneoff), Up(remove_orphans=True))


GROUPS = """
services:
  one: {image: x, profiles: [red], depends_on: [same]}
  same: {image: x, profiles: [red], networks: [n], volumes: ['v:/v']}
  other: {image: x, profiles: [red], depends_on: [blue]}
  loose: {image: x, depends_on: {blue: {condition: service_started, required: false}}}
  blue: {image: x, profiles: [blue]}
networks: {n: {}}
volumes: {v: {}}
"""


def test_a_service_that_is_named_enables_its_profiles() -> None:
    shop = project(GROUPS)
    plan = reconcile(shop, nothing(shop), Up(services=("one",)))
    assert {node.id for node in plan.nodes if node.id.startswith("create")} == {
        "create network default",
        "create network n",
        "create volume v",
        "create same-1",
        "create one-1",
    }


def test_a_required_dependency_of_another_profile_is_refused() -> None:
    shop = project(GROUPS)
    with pytest.raises(UsageError, match=r"other depends on blue, which its profiles \(blue\) leave out"):
        reconcile(shop, nothing(shop), Up(services=("other",)))


def test_a_dependency_of_another_profile_that_is_not_required_is_left_out() -> None:
    shop = project(GROUPS)
    assert "create blue-1" not in [node.id for node in reconcile(shop, nothing(shop), Up(services=("loose",))).nodes]
