"""A plan in half a line."""

from __future__ import annotations

import pytest

from devbox.plan.brief import brief, changes
from devbox.plan.commands import Up
from devbox.plan.reconcile import reconcile
from tests.plan.world import container, exited, nothing, project, standing

SHOP = "services: {a: {image: x}, b: {image: x, depends_on: [a]}, c: {image: x, scale: 2}}"
CASES = {
    "from nothing": ("", SHOP, "4 containers would be created (a, b, c)"),
    "as it is": (SHOP, SHOP, "what is there stays as it is"),
    "one is others": (SHOP, SHOP.replace("b: {", "b: {user: u, "), "1 container would be recreated (b)"),
    "one more": (SHOP, SHOP.replace("{a:", "{d: {image: x}, a:"), "1 container would be created (d)"),
    "fewer": (SHOP, SHOP.replace("scale: 2", "scale: 1"), "1 container would be removed (c)"),
    "both": (
        SHOP,
        SHOP.replace("b: {", "b: {user: u, ").replace("scale: 2", "scale: 3"),
        "1 container would be recreated (b), 1 created (c)",
    ),
    "several of one": (SHOP, SHOP.replace("c: {", "c: {user: u, "), "2 containers would be recreated (c)"),
}


@pytest.mark.parametrize(("before", "after", "said"), CASES.values(), ids=CASES)
def test_what_becomes_of_containers(before: str, after: str, said: str) -> None:
    observed = nothing(project(after))
    if before:
        old = project(before)
        observed = standing(old, container(old, "c", 2))
    assert brief(reconcile(project(after), observed, Up())) == said


def test_a_job_that_has_done_its_work_is_as_the_files_say() -> None:
    shop = project(SHOP.replace(", scale: 2", ""))
    plan = reconcile(shop, standing(shop, a=exited(container(shop, "a"), 0)), Up())
    assert plan
    assert not changes(plan)
