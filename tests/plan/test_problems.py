"""What forbids a plan, found before anything starts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.plan.clashes import overlaps
from devbox.plan.commands import Up
from devbox.plan.observed import HeldPort, Observed
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from tests.plan.world import container, nothing, project, standing, stranger

WEB = "services: {web: {image: x, ports: ['8080:80']}}"


def messages(plan: Plan) -> list[str]:
    return [one.message for one in plan.problems]


def held(port: int, host_ip: str = "0.0.0.0") -> HeldPort:
    return HeldPort(host_ip=host_ip, port=port, protocol="tcp", container="blog-web-1", project="blog", service="web")


def test_a_taken_port_says_who_has_it_and_where_it_is_asked_for() -> None:
    web = project(WEB)
    plan = reconcile(web, replace(nothing(web), held_ports=(held(8080),)), Up())
    assert messages(plan) == ["port 8080/tcp is already taken by container blog-web-1 (service web of project blog)"]
    assert str(plan.problems[0].place).startswith("/shop/compose.yml:1")


def test_a_port_that_a_process_of_this_machine_has_says_which() -> None:
    web = project(WEB)
    taken = HeldPort(host_ip="127.0.0.1", port=8080, protocol="tcp", process="nginx (process 7)")
    plan = reconcile(web, replace(nothing(web), held_ports=(taken,)), Up())
    assert messages(plan) == ["port 8080/tcp is already taken by nginx (process 7)"]


def test_a_port_of_a_running_service_is_its_own() -> None:
    web = project(WEB)
    assert messages(reconcile(web, standing(web), Up(force_recreate=True))) == []


def test_two_services_cannot_have_the_same_port() -> None:
    two = project("services: {a: {image: x, ports: ['8080:80']}, b: {image: x, ports: ['8080:80']}}")
    assert messages(reconcile(two, nothing(two), Up())) == [
        "port 8080/tcp is already taken by shop-a-1 of this project"
    ]


def test_replicas_cannot_share_a_port() -> None:
    web = project(WEB)
    assert messages(reconcile(web, standing(web), Up(scale={"web": 2}))) == [
        "port 8080/tcp is already taken by container shop-web-1 of this project"
    ]


def test_a_range_is_taken_as_far_as_it_goes() -> None:
    web = project("services: {web: {image: x, scale: 2, ports: ['8080-8081:80']}}")
    assert messages(reconcile(web, nothing(web), Up())) == []
    assert len(messages(reconcile(web, nothing(web), Up(scale={"web": 3})))) == 1


def test_an_orphan_that_has_the_port_can_be_removed() -> None:
    web = project(WEB)
    old = replace(stranger("shop", "old", "shop-old-1"), bindings=container(web, "web").bindings)
    seen = standing(web, old, web=None)
    assert reconcile(web, seen, Up()).problems[0].hint == "remove it: devbox up --remove-orphans"
    plan = reconcile(web, seen, Up(remove_orphans=True))
    assert messages(plan) == []
    assert {node.id: node.after for node in plan.nodes}["start web-1"] >= {"stop old-1"}


def test_a_port_that_moves_between_services_is_freed_first() -> None:
    before = project("services: {a: {image: x, ports: ['8080:80']}, b: {image: x}}")
    after = project("services: {a: {image: x}, b: {image: x, ports: ['8080:80']}}")
    plan = reconcile(after, standing(before), Up())
    assert messages(plan) == []
    assert {node.id: node.after for node in plan.nodes}["start b-1"] >= {"stop a-1"}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("", "127.0.0.1", True),
        ("0.0.0.0", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("0.0.0.0", "::", False),
        ("", "::", True),
        ("::", "::1", True),
    ],
)
def test_addresses_that_meet(one: str, other: str, meet: bool) -> None:
    assert overlaps(one, other) is meet


def test_external_things_must_be_there() -> None:
    shop = project("""
        services: {a: {image: x, networks: [out], volumes: [data:/d]}}
        networks: {out: {external: true, name: world}}
        volumes: {data: {external: true}}
        """)
    assert messages(reconcile(shop, nothing(shop), Up())) == [
        "network world is declared as external, but does not exist",
        "volume data is declared as external, but does not exist",
    ]


def test_what_is_external_and_missing_is_told_with_its_place() -> None:
    shop = project("""
        services: {a: {image: x, networks: [out]}}
        networks:
          out: {external: true}
        """)
    [problem] = reconcile(shop, nothing(shop), Up()).problems
    assert str(problem.place) == "/shop/compose.yml:4:3"


def test_a_volume_of_another_project_is_used_with_a_warning() -> None:
    shop = project("services: {a: {image: x, volumes: [data:/d]}}\nvolumes: {data: {name: shared}}")
    seen = standing(shop)
    theirs = replace(seen.volumes[0], labels={"com.docker.compose.project": "blog"})
    plan = reconcile(shop, replace(seen, volumes=(theirs,)), Up())
    assert "volume shared is there already and belongs to project blog" in plan.warnings[0]


def test_an_image_that_may_not_be_pulled_must_be_there() -> None:
    shop = project("services: {a: {image: x, pull_policy: never}}")
    assert messages(reconcile(shop, Observed(), Up())) == ["image x is not there, and pull_policy is never"]


def test_content_cannot_be_copied_into_a_read_only_container() -> None:
    shop = project("""
        services: {a: {image: x, read_only: true, configs: [c]}}
        configs: {c: {content: hello}}
        """)
    assert messages(reconcile(shop, nothing(shop), Up())) == ["/c cannot be copied into a read-only container"]
