"""Debug on demand in a plan: who gets the helper, who keeps it, and what is not told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.compose.model import Project
from devbox.plan import labels
from devbox.plan.commands import Up
from devbox.plan.helper import with_helper
from devbox.plan.observed import Container
from devbox.plan.oneoff import Oneoff, prepare
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from devbox.plan.steps import ContainerSpec, CreateContainer
from tests.plan.world import container, nothing, project, standing

ASKS = "services: {a: {image: x, x-devbox: {debug: true}}}"
PLAIN = "services: {a: {image: x, environment: {PYTHONPATH: /srv}}}"


def helped(of: Project) -> Container:
    """The container of `a` with the helper."""
    found = container(of, "a")
    assert found.detail
    body = found.detail.body
    spec = ContainerSpec(
        name="a",
        service="a",
        number=1,
        image="x",
        body={**body["Config"], "HostConfig": body["HostConfig"]},  # type: ignore[dict-item]
    )
    config = dict(with_helper(spec, "volume", ("PYTHONPATH=/image",)).body)
    detail = replace(found.detail, body={**body, "HostConfig": config.pop("HostConfig"), "Config": config})
    return replace(found, labels={**found.labels, labels.DEBUG: "volume"}, detail=detail)


def gets(plan: Plan) -> list[bool]:
    return [node.step.spec.helper for node in plan.nodes if isinstance(node.step, CreateContainer)]


@pytest.mark.parametrize(
    ("text", "up", "expected"),
    [
        (ASKS, Up(helpers=True), [True]),
        (ASKS, Up(helpers=False), [False]),
        (ASKS, Up(helpers=False, debug=frozenset({"a"})), [True]),
        (PLAIN, Up(helpers=True), [False]),
        (PLAIN, Up(helpers=True, debug=frozenset({"a"})), [True]),
    ],
)
def test_who_gets_it(text: str, up: Up, expected: list[bool]) -> None:
    wanted = project(text)
    assert gets(reconcile(wanted, nothing(wanted), up)) == expected


def test_what_lacks_it_is_made_anew_for_it() -> None:
    wanted = project(ASKS)
    plan = reconcile(wanted, standing(wanted), Up(helpers=True))
    assert next(node.step.why for node in plan.nodes) == "it gets the debug helper"
    assert not reconcile(wanted, standing(wanted, a=helped(wanted)), Up(helpers=True)).nodes


def test_what_has_it_keeps_it_unasked() -> None:
    old, new = project(PLAIN), project(PLAIN.replace("/srv", "/srv, B: b"))
    there = standing(old, a=helped(old))
    assert not reconcile(old, there, Up(helpers=True)).nodes
    assert gets(reconcile(new, there, Up(helpers=True))) == [True]
    assert gets(reconcile(new, there, Up(helpers=False))) == [False]


def test_what_differs_is_told_without_it() -> None:
    old, new = project(PLAIN), project(PLAIN.replace("/srv", "/srv, B: b"))
    plan = reconcile(new, standing(old, a=helped(old)), Up(helpers=True))
    assert [one.property for one in plan.changes] == ["environment.B"]


@pytest.mark.parametrize(
    ("own", "image", "path"),
    [
        (["PYTHONPATH=/srv"], ("PYTHONPATH=/image",), "/devbox-debug/start:/srv"),
        ([], ("PYTHONPATH=/image",), "/devbox-debug/start:/image"),
        (["PYTHONPATH="], ("PYTHONPATH=/image",), "/devbox-debug/start"),
        (["PYTHONPATH"], ("PYTHONPATH=/image",), "/devbox-debug/start"),
        ([], (), "/devbox-debug/start"),
    ],
)
def test_it_stands_in_front_of_the_path_that_holds(own: list[str], image: tuple[str, ...], path: str) -> None:
    spec = ContainerSpec(name="a", service="a", number=1, image="x", body={"Env": ["A=1", *own]})
    found = with_helper(spec, "volume", image)
    assert found.body["Env"] == ["A=1", f"PYTHONPATH={path}"]
    assert found.body["HostConfig"]["Binds"] == ["volume:/devbox-debug:ro"]


def test_a_one_off_s_dependencies_get_it_as_an_up_would_give_it() -> None:
    wanted = project("services: {a: {image: x, x-devbox: {debug: true}}, b: {image: y, depends_on: [a]}}")
    for helpers in (True, False):
        assert gets(prepare(wanted, nothing(wanted), Oneoff(service="b", helpers=helpers))) == [helpers]
