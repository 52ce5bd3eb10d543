"""Replicas recreated in turns: in which order, what holds a turn back, and what cannot be had."""

from __future__ import annotations

import textwrap

import pytest

from devbox.compose.model import Project
from devbox.plan.commands import Up
from devbox.plan.observed import Binding, Observed, RunState
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from devbox.plan.text import describe
from tests.plan.world import container, exited, project, standing

WEB = """
services:
  db: {{image: pg}}
  migrate: {{image: x, command: migrate, environment: {{A: "{a}"}}}}
  web:
    image: x
    scale: {scale}
    environment: {{A: "{a}"}}
    healthcheck: {{test: probe}}
    stop_signal: SIGKILL
    deploy: {{update_config: {{{update}}}}}
    depends_on:
      migrate: {{condition: service_completed_successfully}}
    {more}
  proxy: {{image: n, depends_on: {{web: {{condition: service_healthy}}}}}}
"""


def shop(a: int, *, scale: int = 2, update: str = "order: stop-first", more: str = "") -> Project:
    return project(WEB.format(a=a, scale=scale, update=update, more=more))


def there(before: Project, count: int = 2) -> Observed:
    webs = [container(before, "web", number) for number in range(2, count + 1)]
    return standing(before, *webs, migrate=exited(container(before, "migrate"), 0))


def rolled(*, scale: int = 2, update: str = "order: stop-first", more: str = "") -> Plan:
    before, after = (shop(a, scale=scale, update=update, more=more) for a in (1, 2))
    return reconcile(after, there(before, scale), Up(services=("web",), no_deps=True, rolling=True))


def bound(port: int) -> Binding:
    return Binding(container_port=80, protocol="tcp", host_ip="", host_port=port)


def steps(plan: Plan) -> str:
    return describe(plan).partition("What differs")[0].partition("\n")[2].rstrip("\n")


def text(lines: str) -> str:
    """The steps as the plan numbers them, two columns in."""
    return textwrap.indent(textwrap.dedent(lines).strip("\n"), " ")


def test_each_is_ready_before_the_next_is_touched() -> None:
    assert steps(rolled()) == text("""
          1. create container shop-web-1 anew: its configuration changed: environment.A
          2. kill and remove shop-web-1: replaced by its new container [after 1]
          3. rename to shop-web-1: takes over the name [after 1, 2]
          4. start shop-web-1: new container [after 1, 3]
          5. wait until web-1 is healthy: then comes web-2 [after 4]
          6. create container shop-web-2 anew: its configuration changed: environment.A [after 5]
          7. kill and remove shop-web-2: replaced by its new container [after 6]
          8. rename to shop-web-2: takes over the name [after 6, 7]
          9. start shop-web-2: new container [after 6, 8]
         10. wait until web-2 is healthy: the last one [after 9]
        """)


def test_start_first_lets_the_new_one_prove_itself_beside_the_old_one() -> None:
    assert steps(rolled(update="order: start-first, delay: 2s")) == text("""
          1. create container shop-web-1 anew: its configuration changed: environment.A
          2. start shop-web-1: new container [after 1]
          3. wait until web-1 is healthy and stays so for 2 s: then comes web-2 [after 2]
          4. kill and remove shop-web-1: replaced by its new container [after 1, 3]
          5. rename to shop-web-1: takes over the name [after 1, 4]
          6. create container shop-web-2 anew: its configuration changed: environment.A [after 3, 5]
          7. start shop-web-2: new container [after 6]
          8. wait until web-2 is healthy and stays so for 2 s: the last one [after 7]
          9. kill and remove shop-web-2: replaced by its new container [after 6, 8]
         10. rename to shop-web-2: takes over the name [after 6, 9]
        """)


def test_no_replica_is_touched_before_what_its_successor_waits_for() -> None:
    before, after = shop(1), shop(2)
    plan = reconcile(after, there(before), Up(rolling=True))
    after_migration = {node.id for node in plan.nodes if "wait until migrate has completed" in node.after}
    assert "remove web-1" in after_migration


def test_parallelism_says_how_many_go_at_once() -> None:
    gates = {node.id: node.step.why for node in rolled(scale=3, update="parallelism: 2").nodes if "ready" in node.id}
    assert list(gates.values()) == ["then comes web-3", "then comes web-3", "the last one"]


def test_with_a_parallelism_of_0_all_go_at_once() -> None:
    plan = rolled(update="parallelism: 0")
    assert [node.after for node in plan.nodes if node.id == "create web-2"] == [frozenset()]


def test_more_replicas_come_before_the_old_ones_go() -> None:
    before, after = shop(1), shop(2, scale=3)
    plan = reconcile(after, there(before), Up(rolling=True))
    (create,) = (node for node in plan.nodes if node.id == "create web-1")
    assert "wait until web-3 is ready" in create.after


def test_of_a_range_of_ports_each_takes_what_its_predecessor_leaves() -> None:
    ports = "ports: ['8000-8001:80']"
    before, after = shop(1, more=ports), shop(2, more=ports)
    webs = [container(before, "web", number, bindings=(bound(7999 + number),)) for number in (1, 2)]
    plan = reconcile(after, standing(before, webs[1], web=webs[0]), Up(services=("web",), no_deps=True, rolling=True))
    (start,) = (node for node in plan.nodes if node.id == "start web-1")
    assert ("remove web-1" in start.after, "remove web-2" in start.after) == (True, False)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("ports: ['8000-8001:80']", "which publish port 8000-8001"),
        ("network_mode: host", "which have network_mode host"),
        ("networks: {default: {ipv4_address: 10.0.0.9}}", "which have the address 10.0.0.9"),
    ],
)
def test_where_two_cannot_run_at_once_the_old_one_goes_first(more: str, said: str) -> None:
    plan = rolled(update="order: start-first", more=more)
    assert plan.warnings == (f"web cannot start its new containers first, {said}: the old ones go first",)
    assert [node.id for node in plan.nodes].index("remove web-1") < [n.id for n in plan.nodes].index("start web-1")


def test_a_single_container_is_away_meanwhile_and_that_is_said() -> None:
    assert rolled(scale=1).warnings == ("web has a single container, which is away while it is recreated",)
    assert rolled(scale=1, update="order: start-first").warnings == ()


def test_what_of_update_config_is_not_followed_is_said() -> None:
    (warning,) = rolled(update="failure_action: rollback").warnings
    assert warning == "web stops its turns at the first failure; failure_action: rollback is not followed"


def test_containers_that_all_stand_on_what_is_made_anew_go_together() -> None:
    old, new = "networks: {default: {labels: {a: '1'}}}", "networks: {default: {labels: {a: '2'}}}"
    before, after = (project(WEB.format(a=1, scale=2, update="", more="") + top) for top in (old, new))
    plan = reconcile(after, there(before), Up(rolling=True))
    assert "web cannot be recreated in turns: its network shop_default is made anew" in plan.warnings
    assert not [node for node in plan.nodes if "ready" in node.id]


def test_a_stopped_replica_goes_first() -> None:
    before, after = shop(1), shop(2)
    stopped = container(before, "web", 2, state=RunState.EXITED)
    found = standing(before, stopped, migrate=exited(container(before, "migrate"), 0))
    plan = reconcile(after, found, Up(services=("web",), no_deps=True, rolling=True))
    assert [node.id for node in plan.nodes if "ready" in node.id] == [
        "wait until web-2 is ready",
        "wait until web-1 is ready",
    ]


def test_unasked_all_go_at_once() -> None:
    before, after = shop(1), shop(2)
    plan = reconcile(after, there(before), Up(services=("web",), no_deps=True))
    assert not [node for node in plan.nodes if "ready" in node.id]
