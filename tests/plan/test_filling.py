"""Containers that are made on a new volume: one after the other, because the engine fills it meanwhile."""

from __future__ import annotations

import pytest

from devbox.plan.commands import Up
from devbox.plan.reconcile import reconcile
from tests.plan.world import nothing, project, standing

APART = {"create a-1": set[str](), "create b-1": set[str](), "create c-1": set[str]()}


def waits(text: str, *, stands: bool = False) -> dict[str, set[str]]:
    """Of each step that makes a container, those of the same kind that it waits for."""
    shop = project(text)
    plan = reconcile(shop, standing(shop) if stands else nothing(shop), Up(force_recreate=stands))
    made = {node.id for node in plan.nodes if node.id.startswith("create ") and node.id.endswith(("-1", "-2"))}
    return {node.id: set(node.after) & made for node in plan.nodes if node.id in made}


SHARED = """
services:
  a: {image: x, volumes: ["data:/v"], depends_on: [b]}
  b: {image: x, volumes: ["data:/v:ro"]}
  c: {image: x, volumes: ["data:/v"]}
volumes: {data: {}}
"""


def test_who_shares_a_new_volume_is_made_in_turn_dependencies_first() -> None:
    assert waits(SHARED) == {"create b-1": set(), "create a-1": {"create b-1"}, "create c-1": {"create a-1"}}


def test_replicas_take_turns_too() -> None:
    text = 'services: {a: {image: x, volumes: ["data:/v"], deploy: {replicas: 2}}}\nvolumes: {data: {}}'
    assert waits(text) == {"create a-1": set(), "create a-2": {"create a-1"}}


@pytest.mark.parametrize(
    "text",
    [
        SHARED.replace('"data:/v:ro"', '"/v"').replace('"data:/v"', '"/v"'),
        SHARED.replace("{data: {}}", "{data: {external: true}}"),
        SHARED.replace('"data:/v"', "{type: volume, source: data, target: /v, volume: {nocopy: true}}").replace(
            '"data:/v:ro"', "{type: volume, source: data, target: /v, read_only: true, volume: {nocopy: true}}"
        ),
    ],
    ids=["volumes of their own", "one of somebody else", "one that is not filled"],
)
def test_nobody_waits_where_nothing_shared_is_filled(text: str) -> None:
    assert waits(text) == APART


def test_nobody_waits_on_a_volume_that_stood_before() -> None:
    assert waits(SHARED, stands=True) == APART
