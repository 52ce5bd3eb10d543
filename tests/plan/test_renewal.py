"""Networks and volumes that the files have changed since they were made."""

from __future__ import annotations

from dataclasses import replace

from devbox.plan.commands import Up
from devbox.plan.observed import Observed
from devbox.plan.reconcile import reconcile
from devbox.plan.text import step_text
from tests.plan.world import project, standing

BEFORE = """
services:
  a: {image: x, networks: [n], volumes: ['v:/v']}
  b: {image: x, networks: [n], profiles: [tools]}
  c: {image: x}
networks: {n: {}}
volumes: {v: {}}
"""
NETWORK = BEFORE.replace("{n: {}}", "{n: {labels: {x: one}}}")
VOLUME = BEFORE.replace("{v: {}}", "{v: {labels: {x: one}}}")


def bare(seen: Observed) -> Observed:
    """As an older tool made it: without a hash."""
    label = "com.docker.compose.config-hash"

    def without(labels: dict[str, str]) -> dict[str, str]:
        return {key: value for key, value in labels.items() if key != label}

    return replace(
        seen,
        networks=tuple(replace(one, labels=without(dict(one.labels))) for one in seen.networks),
        volumes=tuple(replace(one, labels=without(dict(one.labels))) for one in seen.volumes),
    )


def test_a_changed_network_is_made_anew_under_its_containers() -> None:
    plan = reconcile(project(NETWORK), standing(project(BEFORE)), Up())
    assert [step_text(node.step) for node in plan.nodes] == [
        "stop shop-a-1",
        "remove shop-a-1",
        "remove network shop_n",
        "create network shop_n",
        "create container shop-a-1 anew",
        "start shop-a-1",
    ]
    assert [(one.service, one.property, one.after) for one in plan.changes] == [("network shop_n", "labels.x", "one")]
    assert plan.unchanged == ("c",)
    assert plan.destroys == ()


def test_who_was_not_asked_for_but_runs_on_it_comes_along() -> None:
    shop = project(NETWORK)
    both = standing(project(BEFORE.replace(", profiles: [tools]", "")))
    plan = reconcile(shop, both, Up(services=("a",)))
    assert {"create a-1", "create b-1"} <= {node.id for node in plan.nodes}


def test_a_network_without_a_hash_is_left_alone() -> None:
    assert not reconcile(project(NETWORK), bare(standing(project(BEFORE))), Up())


def test_a_network_that_others_use_stays() -> None:
    seen = standing(project(BEFORE))
    seen = replace(seen, networks=tuple(replace(one, guests=("other-1",)) for one in seen.networks))
    plan = reconcile(project(NETWORK), seen, Up())
    assert not plan
    assert plan.warnings == ("network shop_n is not as the files want it (labels.x); it stays: other-1 uses it",)


def test_a_changed_volume_stays_with_its_data_unless_allowed() -> None:
    plan = reconcile(project(VOLUME), standing(project(BEFORE)), Up())
    assert (plan.nodes, plan.destroys) == ((), ())
    assert "volume shop_v is not as the files want it (labels.x); it stays, with its data" in plan.warnings[0]


def test_what_a_renewed_volume_loses_is_named() -> None:
    seen = standing(project(BEFORE))
    seen = replace(
        seen,
        containers=tuple(replace(one, volumes=("shop_v",)) if one.service == "a" else one for one in seen.containers),
    )
    plan = reconcile(project(VOLUME), seen, Up(renew_volumes=True))
    assert plan.destroys == ("volume shop_v and its data: labels.x changed",)
    order = [step_text(node.step) for node in plan.nodes]
    assert order.index("remove shop-a-1") < order.index("remove volume shop_v") < order.index("create volume shop_v")
    assert order.index("create volume shop_v") < order.index("create container shop-a-1 anew")
