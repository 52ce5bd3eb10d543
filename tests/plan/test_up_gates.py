"""What `up` waits for on its way, and what it lets pass."""

from __future__ import annotations

from devbox.plan.commands import Up
from devbox.plan.observed import HealthState
from devbox.plan.reconcile import reconcile
from devbox.plan.text import describe
from tests.plan.shop import SHOP, text
from tests.plan.world import container, nothing, project, standing


def test_a_dependency_that_is_still_starting_is_waited_for() -> None:
    shop = project(SHOP)
    seen = standing(shop, db=container(shop, "db", health=HealthState.STARTING), api=None)
    plan = reconcile(shop, seen, Up())
    assert [node.id for node in plan.nodes] == ["create api-1", "wait until db is healthy", "start api-1"]


def test_wait_adds_gates_for_what_is_not_waited_for_anyway() -> None:
    shop = project(SHOP)
    gates = [node.id for node in reconcile(shop, nothing(shop), Up(wait=True)).nodes if node.id.startswith("wait")]
    assert gates == ["wait until db is healthy", "wait until cache runs", "wait until api runs"]


def test_wait_lets_a_one_shot_complete_that_others_wait_for() -> None:
    shop = project("""
        services:
          migrate: {image: x}
          api: {image: y, depends_on: {migrate: {condition: service_completed_successfully}}}
        """)
    gates = [node.id for node in reconcile(shop, nothing(shop), Up(wait=True)).nodes if node.id.startswith("wait")]
    assert gates == ["wait until migrate has completed", "wait until api runs"]


MIGRATED = """
services:
  db: {image: pg, healthcheck: {test: pg_isready}}
  migrate: {image: app, depends_on: {db: {condition: service_healthy}}, environment: {A: "1"}}
  api: {image: app, depends_on: {migrate: {condition: service_completed_successfully}}, environment: {A: "1"}}
"""


def test_the_old_container_goes_on_until_the_one_shots_of_the_new_one_have_completed() -> None:
    before, after = project(MIGRATED), project(MIGRATED.replace('A: "1"', 'A: "2"'))
    assert describe(reconcile(after, standing(before), Up())) == text("""
        Project shop
          1. create container shop-migrate-1 anew: its configuration changed: environment.A
          2. stop shop-migrate-1: replaced by its new container [after 1]
          3. remove shop-migrate-1: replaced by its new container [after 2]
          4. rename to shop-migrate-1: takes over the name [after 1, 3]
          5. start shop-migrate-1: new container [after 1, 4]
          6. wait until migrate has completed: api depends on it [after 5]
          7. create container shop-api-1 anew: its configuration changed: environment.A [after 6]
          8. stop shop-api-1: replaced by its new container [after 7]
          9. remove shop-api-1: replaced by its new container [after 8]
         10. rename to shop-api-1: takes over the name [after 7, 9]
         11. start shop-api-1: new container [after 6, 7, 10]
        What differs:
          migrate: environment.A: 1 -> 2
          api: environment.A: 1 -> 2
        Unchanged: db
        """)


def test_where_the_one_shot_waits_for_a_port_of_the_old_container_that_goes_first() -> None:
    shop = """
        services:
          migrate: {image: app, ports: ["%s:80"]}
          api: {image: app, ports: ["%s:80"], depends_on: {migrate: {condition: service_completed_successfully}}}
        """
    before, after = project(shop % (8001, 8000)), project(shop % (8000, 8001))

    nodes = [node.id for node in reconcile(after, standing(before), Up()).nodes]

    assert nodes.index("stop api-1") < nodes.index("start migrate-1") < nodes.index("start api-1")


def test_a_dependency_that_is_not_required_has_a_gate_that_lets_pass() -> None:
    shop = project(
        "services: {a: {image: x}, b: {image: y, depends_on: {a: {condition: service_started, required: false}}}}"
    )
    plan = reconcile(shop, nothing(shop), Up())
    assert "wait until a runs (not required): b depends on it" in describe(plan)
