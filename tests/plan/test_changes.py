"""Naming what differs between a container and the files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.compose.model import Project
from devbox.plan.commands import Up
from devbox.plan.observed import Detail
from devbox.plan.plan import Change
from devbox.plan.reconcile import reconcile
from devbox.plan.steps import CreateContainer
from tests.plan.world import container, nothing, project, standing


def changed(before: str, after: str) -> list[tuple[str, str, str]]:
    old, new = (project(f"services: {{a: {{image: x, {text}}}}}") for text in (before, after))
    plan = reconcile(new, standing(old), Up())
    return [(one.property, one.before, one.after) for one in plan.changes]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("environment: {A: 1}", "environment: {A: 2}", ("environment.A", "1", "2")),
        ("environment: {A: 1, B: 1}", "environment: {B: 1}", ("environment.A", "1", "not set")),
        ("command: a", "command: b", ("command", "a", "b")),
        (
            "ports: ['80:80']",
            "ports: ['81:80']",
            ("ports", '{"80/tcp": [{"HostPort": "80"}]}', '{"80/tcp": [{"HostPort": "81"}]}'),
        ),
        ("mem_limit: 1g", "mem_limit: 2g", ("memory", "1073741824", "2147483648")),
        ("volumes: ['/a:/x']", "volumes: ['/b:/x']", ("volumes", "/a:/x", "/b:/x")),
        ("restart: always", "user: ''", ("restart", '{"Name": "always"}', "")),
        (
            "environment: {DB_PASSWORD: one}",
            "environment: {DB_PASSWORD: two}",
            ("environment.DB_PASSWORD", "••••••", "••••••"),
        ),
        (
            "environment: {U: 'pg://u:one@h/d'}",
            "environment: {U: 'pg://u:two@h/e'}",
            ("environment.U", "pg://u:••••••@h/d", "pg://u:••••••@h/e"),
        ),
    ],
)
def test_the_property_is_named(before: str, after: str, expected: tuple[str, str, str]) -> None:
    assert changed(before, after) == [expected]


def test_without_detail_the_hash_is_what_is_known() -> None:
    shop = project("services: {a: {image: x}}")
    old = container(shop, "a", detail=None, config_hash="0" * 64)
    plan = reconcile(shop, standing(shop, a=old), Up())
    assert [(one.property, one.before) for one in plan.changes] == [("configuration hash", "0" * 12)]


def test_a_container_of_another_tool_that_differs_in_its_hash_only_stays() -> None:
    shop = project("services: {a: {image: x, environment: {A: 1}}}")
    there = container(shop, "a")
    theirs = {**there.labels, "com.docker.compose.version": "2.26.1"}
    assert not reconcile(shop, standing(shop, a=replace(there, config_hash="theirs", labels=theirs)), Up())


def test_a_container_of_another_tool_that_differs_is_recreated() -> None:
    before = project("services: {a: {image: x, environment: {A: 1}}}")
    after = project("services: {a: {image: x, environment: {A: 2}}}")
    there = container(before, "a")
    theirs = {**there.labels, "com.docker.compose.version": "2.26.1"}
    plan = reconcile(after, standing(before, a=replace(there, config_hash="theirs", labels=theirs)), Up())
    assert plan.changes == (Change(service="a", property="environment.A", before="1", after="2"),)


def test_anonymous_volumes_go_over_to_the_new_container() -> None:
    shop = project("services: {a: {image: x, volumes: [/cache]}}")
    there = container(shop, "a")
    detail = replace(there.detail or Detail(), anonymous_volumes={"/cache": "f" * 64})
    plan = reconcile(shop, standing(shop, a=replace(there, detail=detail)), Up(force_recreate=True))
    create = plan.nodes[0].step
    assert create.spec.body["HostConfig"]["Mounts"] == [  # type: ignore[union-attr]
        {"Type": "volume", "Source": "f" * 64, "Target": "/cache", "VolumeOptions": {}}
    ]
    assert plan.destroys == ()


def test_anonymous_volumes_that_are_renewed_are_named_as_lost() -> None:
    shop = project("services: {a: {image: x, volumes: [/cache]}}")
    there = container(shop, "a")
    detail = replace(there.detail or Detail(), anonymous_volumes={"/cache": "f" * 64})
    seen = standing(shop, a=replace(there, detail=detail))
    plan = reconcile(shop, seen, Up(force_recreate=True, renew_anon_volumes=True))
    assert plan.destroys == ("what shop-a-1 keeps in its anonymous volume at /cache (ffffffffffff)",)


def test_a_plan_from_nothing_changes_nothing() -> None:
    shop = project("services: {a: {image: x}}")
    assert reconcile(shop, nothing(shop), Up()).changes == ()


HOLDS = """
services:
  a: {{image: x, configs: [app], scale: 2}}
  b: {{image: x, secrets: [token]}}
configs: {{app: {{content: "{}"}}}}
secrets: {{token: {{environment: TOKEN}}}}
"""


def holding(config: str, secret: str) -> Project:
    return project(HOLDS.format(config), TOKEN=secret)


def test_what_a_config_holds_recreates_its_users_only() -> None:
    before, after = holding("one", "s"), holding("two", "s")
    plan = reconcile(after, standing(before, container(before, "a", 2)), Up())
    made = [node.step for node in plan.nodes if node.id.startswith("create")]
    assert [(one.spec.name.split("_")[-1], one.why) for one in made if isinstance(one, CreateContainer)] == [
        ("shop-a-1", "what configs.app holds changed"),
        ("shop-a-2", "what configs.app holds changed"),
    ]
    assert [(one.service, one.property) for one in plan.changes] == [("a", "configs.app")]
    assert plan.unchanged == ("b",)


def test_what_a_secret_held_is_not_shown() -> None:
    plan = reconcile(holding("c", "two"), standing(holding("c", "one"), a=None), Up())
    assert Change(service="b", property="secrets.token", before="••••••", after="••••••") in plan.changes


def test_a_container_that_compose_made_keeps_what_it_holds() -> None:
    before, after = holding("one", "s"), holding("two", "s")
    theirs = [
        replace(one, labels={key: value for key, value in one.labels.items() if key != "devbox.contents"})
        for one in standing(before, container(before, "a", 2)).containers
    ]
    assert not reconcile(after, replace(standing(after), containers=tuple(theirs)), Up())
