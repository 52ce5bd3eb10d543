"""Services that live in another one's namespaces or with its volumes."""

from __future__ import annotations

from devbox.plan.commands import Up
from devbox.plan.reconcile import reconcile
from devbox.plan.steps import CreateContainer
from tests.plan.world import container, nothing, project, standing

SIDE = """
services:
  app: {image: x}
  side: {image: y, network_mode: "service:app", pid: "service:app"}
"""


def test_the_host_is_made_first_and_named() -> None:
    shop = project(SIDE)
    nodes = {node.id: node for node in reconcile(shop, nothing(shop), Up()).nodes}
    assert nodes["create side-1"].after == {"create app-1"}
    step = nodes["create side-1"].step
    assert isinstance(step, CreateContainer)
    assert step.spec.body["HostConfig"]["NetworkMode"] == "container:shop-app-1"
    assert step.spec.body["HostConfig"]["PidMode"] == "container:shop-app-1"


def test_a_lodger_is_replaced_with_its_host() -> None:
    shop = project(SIDE)
    plan = reconcile(shop, standing(shop), Up(services=("app",), force_recreate=True))
    nodes = {node.id: node for node in plan.nodes}
    assert nodes["remove side-1"].step.why == "it lives in the namespace of app"
    assert {"rename app-1", "remove side-1"} <= nodes["create side-1"].after


def test_volumes_from_names_the_other_container() -> None:
    shop = project("services: {a: {image: x}, b: {image: y, volumes_from: ['a:ro', 'container:other']}}")
    step = next(node.step for node in reconcile(shop, nothing(shop), Up()).nodes if node.id == "create b-1")
    assert isinstance(step, CreateContainer)
    assert step.spec.body["HostConfig"]["VolumesFrom"] == ["shop-a-1:ro", "other"]


def test_what_runs_in_the_right_namespace_stays() -> None:
    shop = project(SIDE)
    assert not reconcile(shop, standing(shop, side=container(shop, "side", detail=None)), Up())
