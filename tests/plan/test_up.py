"""What `up` plans: what is missing, in dependency order, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.plan.commands import Up
from devbox.plan.observed import RunState
from devbox.plan.reconcile import reconcile
from devbox.plan.steps import BuildImage, PullImage
from devbox.plan.text import describe
from tests.plan.shop import SHOP, text
from tests.plan.world import container, exited, nothing, project, standing


def test_from_nothing_all_is_made_in_dependency_order_behind_the_gates() -> None:
    shop = project(SHOP)
    assert describe(reconcile(shop, nothing(shop), Up())) == text("""
        Project shop
          1. create network shop_default: does not exist yet
          2. create volume shop_data: does not exist yet
          3. create container shop-db-1: no container yet [after 1, 2]
          4. create container shop-cache-1: no container yet [after 1]
          5. create container shop-api-1: no container yet [after 1]
          6. start shop-db-1: new container [after 3]
          7. start shop-cache-1: new container [after 4]
          8. wait until db is healthy: api depends on it [after 6]
          9. start shop-api-1: new container [after 5, 7, 8]
        """)


def test_what_runs_as_it_should_is_left_alone() -> None:
    shop = project(SHOP)
    assert describe(reconcile(shop, standing(shop), Up(wait=True))) == text("""
        Project shop
        Nothing to do.
        Unchanged: db, cache, api
        """)


def test_a_changed_variable_recreates_only_its_service_and_names_it() -> None:
    before, after = project(SHOP), project(SHOP.replace('A: "1"', 'A: "2"'))
    assert describe(reconcile(after, standing(before), Up())) == text("""
        Project shop
          1. create container shop-api-1 anew: its configuration changed: environment.A
          2. stop shop-api-1: replaced by its new container [after 1]
          3. remove shop-api-1: replaced by its new container [after 2]
          4. rename to shop-api-1: takes over the name [after 1, 3]
          5. start shop-api-1: new container [after 1, 4]
        What differs:
          api: environment.A: 1 -> 2
        Unchanged: db, cache
        """)


def test_a_recreated_dependency_takes_those_down_that_restart_with_it() -> None:
    before = project(SHOP)
    after = project(SHOP.replace("image: pg", "image: pg\n    user: postgres"))
    assert describe(reconcile(after, standing(before), Up())) == text("""
        Project shop
          1. create container shop-db-1 anew: its configuration changed: user
          2. stop shop-api-1: db goes down and api restarts with it [after 1]
          3. stop shop-db-1: replaced by its new container [after 1, 2]
          4. remove shop-db-1: replaced by its new container [after 3]
          5. rename to shop-db-1: takes over the name [after 1, 4]
          6. start shop-db-1: new container [after 1, 5]
          7. wait until db is healthy: api depends on it [after 6]
          8. start shop-api-1: goes up again [after 2, 7]
        What differs:
          db: user: nothing -> postgres
        Unchanged: cache
        """)


def test_a_container_that_gets_no_grace_is_killed_and_removed_in_one() -> None:
    shop = project("services: {a: {image: x, stop_signal: SIGKILL}}")
    plan = reconcile(shop, standing(shop), Up(force_recreate=True))
    assert "  2. kill and remove shop-a-1: replaced by its new container [after 1]" in describe(plan).splitlines()


def test_a_changed_image_recreates() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop, cache=container(shop, "cache", image_id="sha256:0", labels={})), Up())
    assert [(one.service, one.property) for one in plan.changes] == [("cache", "image")]
    assert plan.unchanged == ("db", "api")


def test_no_recreate_leaves_what_differs() -> None:
    before, after = project(SHOP), project(SHOP.replace('A: "1"', 'A: "2"'))
    assert not reconcile(after, standing(before), Up(no_recreate=True))


def test_force_recreate_of_a_service_leaves_its_dependencies() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop), Up(services=("api",), force_recreate=True))
    assert set(plan.unchanged) == {"db", "cache"}


def test_a_stopped_container_is_started_again() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop, cache=exited(container(shop, "cache"), 3)), Up())
    assert describe(plan) == text("""
        Project shop
          1. start shop-cache-1: it exited (3)
        Unchanged: db, api
        """)


def test_a_paused_container_goes_on() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop, cache=container(shop, "cache", state=RunState.PAUSED)), Up())
    assert [node.id for node in plan.nodes] == ["unpause cache-1"]


def test_a_dead_container_is_replaced() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, standing(shop, cache=container(shop, "cache", state=RunState.DEAD)), Up())
    assert [node.id for node in plan.nodes] == ["remove cache-1", "create cache-1", "start cache-1"]


def test_no_start_only_creates() -> None:
    shop = project(SHOP)
    plan = reconcile(shop, nothing(shop), Up(no_start=True, wait=True))
    assert not [node.id for node in plan.nodes if not node.id.startswith("create")]


def test_a_network_that_is_gone_takes_its_containers_along() -> None:
    shop = project("services: {a: {image: x}}")
    plan = reconcile(
        shop, nothing(shop).__class__(containers=standing(shop).containers, images=nothing(shop).images), Up()
    )
    assert "create container shop-a-1 anew: its network shop_default is gone [after 1]" in describe(plan)


@pytest.mark.parametrize(
    ("policy", "hours", "pulled"),
    [
        ("daily", 23, False),
        ("daily", 25, True),
        ("weekly", 167, False),
        ("weekly", 169, True),
        ("every_1d2h", 25, False),
        ("every_1d2h", 27, True),
        ("every_90m", 2, True),
        ("missing", 1000, False),
        ("if_not_present", 1000, False),
        ("never", 1000, False),
        ("always", 0, True),
    ],
)
def test_an_image_is_pulled_again_when_its_policy_says_so(policy: str, hours: int, pulled: bool) -> None:
    shop = project(f"services: {{a: {{image: x, pull_policy: {policy}}}}}")
    seen = standing(shop)
    aged = {name: replace(image, tagged=1_000_000.0) for name, image in seen.images.items()}
    plan = reconcile(shop, replace(seen, images=aged, at=1_000_000.0 + hours * 3600), Up())
    pulls = [node.step for node in plan.nodes if isinstance(node.step, PullImage)]
    assert [one.ignore_failure for one in pulls] == ([True] if pulled else [])


def test_services_of_the_same_build_and_image_share_one_build() -> None:
    shop = project("""
        services:
          api: {image: "app:dev", build: {context: ., target: dev}}
          worker: {image: "app:dev", build: {context: ., target: dev}, command: work}
          other: {image: "app:other", build: {context: ., target: dev}}
        """)
    plan = reconcile(shop, nothing(shop), Up(build=True))
    builds = [(node.id, node.step.also) for node in plan.nodes if isinstance(node.step, BuildImage)]
    assert builds == [("build api", ("worker",)), ("build other", ())]
    assert "build api" in next(node.after for node in plan.nodes if node.id == "create worker-1")
