"""What `down` and `rm` plan, and what they would destroy."""

from __future__ import annotations

from dataclasses import replace

from devbox.compose.model import Project
from devbox.plan.commands import Down, Remove
from devbox.plan.observed import ObservedNetwork
from devbox.plan.text import describe
from devbox.plan.verbs import plan
from tests.plan.shop import SHOP, text
from tests.plan.world import container, exited, project, standing, stranger


def test_dependents_go_first_then_the_network_and_volumes_stay() -> None:
    shop = project(SHOP)
    assert describe(plan(Down(), shop, standing(shop))) == text("""
        Project shop
          1. stop shop-api-1: asked for
          2. stop shop-db-1: asked for [after 1]
          3. stop shop-cache-1: asked for [after 1]
          4. remove shop-api-1: asked for [after 1]
          5. remove shop-db-1: asked for [after 2]
          6. remove shop-cache-1: asked for [after 3]
          7. remove network shop_default: asked for [after 4, 5, 6]
        """)


def test_volumes_are_named_as_lost() -> None:
    shop = project(SHOP)
    found = plan(Down(volumes=True), shop, standing(shop))
    assert found.destroys == ("volume shop_data and its data",)
    assert found.nodes[-1].id == "remove volume shop_data"


def test_anonymous_volumes_are_named_as_lost() -> None:
    shop = project(SHOP)
    seen = standing(shop, cache=container(shop, "cache", volumes=("ab" * 32,)))
    assert "anonymous volume abababababab of shop-cache-1" in plan(Down(volumes=True), shop, seen).destroys


def test_external_volumes_and_networks_stay() -> None:
    shop = project("""
        services: {a: {image: x, volumes: [d:/d], networks: [n]}}
        volumes: {d: {external: true}}
        networks: {n: {external: true}}
        """)
    seen = replace(standing(shop), networks=(ObservedNetwork(id="n", name="n"),))
    found = plan(Down(volumes=True), shop, seen)
    assert [node.id for node in found.nodes] == ["stop a-1", "remove a-1"]


def test_no_grace_is_one_call_each_all_at_once() -> None:
    shop = project(SHOP)
    found = plan(Down(timeout=0), shop, standing(shop))
    removed = ["remove db-1", "remove cache-1", "remove api-1"]
    assert {node.id: set(node.after) for node in found.nodes} == {
        **{id: set() for id in removed},
        "remove network shop_default": set(removed),
    }


def test_orphans_stay_with_their_network_unless_asked() -> None:
    shop = project(SHOP)
    orphan = replace(stranger("shop", "old", "shop-old-1"), networks=("shop_default",))
    found = plan(Down(), shop, standing(shop, orphan))
    assert found.orphans == ("shop-old-1",)
    assert found.warnings == ("network shop_default stays: shop-old-1 uses it",)
    found = plan(Down(remove_orphans=True), shop, standing(shop, orphan))
    assert {"remove old-1", "remove network shop_default"} <= {node.id for node in found.nodes}


def test_disabled_services_and_oneoffs_go_as_well() -> None:
    shop = project("services: {a: {image: x}, debug: {image: y, profiles: [tools]}}")
    oneoff = container(shop, "a", name="shop-a-run-1", id="one", oneoff=True)
    found = plan(Down(), shop, standing(shop, oneoff, debug=container(shop, "debug")))
    assert {"remove debug-1", "remove a-run-1"} <= {node.id for node in found.nodes}


def test_volumes_that_only_a_disabled_service_uses_go_as_well() -> None:
    shop = project("services: {a: {image: x}, t: {image: y, profiles: [p], volumes: ['v:/v']}}\nvolumes: {v: {}}")
    assert "remove volume shop_v" in [node.id for node in plan(Down(volumes=True), shop, standing(shop)).nodes]


def test_named_services_leave_the_network() -> None:
    shop = project(SHOP)
    found = plan(Down(services=("cache",)), shop, standing(shop))
    assert [node.id for node in found.nodes] == ["stop cache-1", "remove cache-1"]


def test_a_project_known_by_its_labels_only_goes_as_a_whole() -> None:
    shop = project(SHOP)
    found = plan(Down(volumes=True), Project(name="shop", working_dir="/"), standing(shop))
    assert {"remove db-1", "remove api-1", "remove network shop_default", "remove volume shop_data"} <= {
        node.id for node in found.nodes
    }


def test_images_that_were_built_here_go_with_local() -> None:
    shop = project("services: {a: {image: x}, b: {build: .}}")
    found = plan(Down(images="local"), shop, standing(shop))
    assert [node.id for node in found.nodes if "image" in node.id] == ["remove image shop-b"]


def test_rm_takes_only_what_is_stopped_and_says_what_is_lost() -> None:
    shop = project(SHOP)
    found = plan(Remove(), shop, standing(shop, cache=exited(container(shop, "cache"), 0)))
    assert [node.id for node in found.nodes] == ["remove cache-1"]
    assert found.destroys == ("container shop-cache-1 and what was written inside it",)


def test_rm_of_a_running_service_says_that_it_stays() -> None:
    shop = project(SHOP)
    found = plan(Remove(services=("cache",)), shop, standing(shop))
    assert (found.nodes, found.warnings) == ((), ("shop-cache-1 runs and stays; --stop stops it first",))
