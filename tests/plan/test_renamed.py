"""What a change of names comes to: who is made anew, and what stays under the old name and is told."""

from __future__ import annotations

from dataclasses import replace

from devbox.plan import labels
from devbox.plan.commands import Down, Up
from devbox.plan.down import down
from devbox.plan.observed import Container, Observed, ObservedNetwork
from devbox.plan.plan import Plan
from devbox.plan.reconcile import reconcile
from tests.plan.world import container, nothing, project, standing, stranger

BEFORE = """
services:
  a: {image: x, networks: [n], volumes: ['v:/v']}
  b: {image: x}
networks: {n: {}}
volumes: {v: {}}
"""
VOLUME = BEFORE.replace("{v: {}}", "{v: {name: other}}")
NETWORK = BEFORE.replace("{n: {}}", "{n: {name: other}}")
KEY = BEFORE.replace("['v:/v']", "['w:/v']").replace("{v: {}}", "{w: {}}")


def made(plan: Plan) -> list[str]:
    return [node.id for node in plan.nodes if node.id.startswith("create ")]


def whys(plan: Plan) -> dict[str, str]:
    return {node.id: node.step.why for node in plan.nodes}


def renamed(text: str) -> Plan:
    return reconcile(project(text), standing(project(BEFORE)), Up())


def test_a_container_moves_to_its_renamed_volume() -> None:
    plan = renamed(VOLUME)
    assert made(plan) == ["create volume v", "create a-1"]
    assert whys(plan)["create a-1"] == "it does not mount its volume other"


def test_a_container_moves_to_its_renamed_network_also_where_that_is_there_already() -> None:
    assert whys(renamed(NETWORK))["create a-1"] == "it is not on its network other"
    seen = standing(project(BEFORE))
    there = ObservedNetwork(id="n2", name="other", labels={labels.PROJECT: "shop"})
    plan = reconcile(project(NETWORK), replace(seen, networks=(*seen.networks, there)), Up())
    assert made(plan) == ["create a-1"]


def test_an_external_network_may_be_named_by_its_id() -> None:
    text = BEFORE.replace("{n: {}}", "{n: {external: true, name: f00}}")
    shop = project(text)
    seen = standing(shop, a=container(shop, "a", networks=("theirs",)))
    seen = replace(seen, networks=(*seen.networks, ObservedNetwork(id="f00", name="theirs")))
    assert not reconcile(shop, seen, Up())


def test_the_volume_that_a_new_name_leaves_behind_is_told_with_what_to_do() -> None:
    for text in (VOLUME, KEY):
        [warning] = renamed(text).warnings
        assert warning.startswith("volume shop_v is left behind with its data")
        assert "`name: shop_v`" in warning and "`docker volume rm shop_v`" in warning


def test_a_volume_is_not_left_behind_while_another_container_mounts_it() -> None:
    shop = project(BEFORE)
    other = stranger("shop", "gone", "shop-gone-1")
    seen = standing(shop, replace(other, volumes=("shop_v",)))
    assert reconcile(project(VOLUME), seen, Up()).warnings == ()
    [warning] = reconcile(project(VOLUME), seen, Up(remove_orphans=True)).warnings
    assert "shop_v" in warning


def test_down_v_names_the_volumes_that_stay_under_an_old_name() -> None:
    plan = down(project(VOLUME), standing(project(BEFORE)), Down(volumes=True))
    assert plan.destroys == ()
    [warning] = plan.warnings
    assert warning.startswith("volume shop_v stays with its data") and "`docker volume rm shop_v`" in warning


def test_down_v_leaves_a_volume_that_another_project_mounts() -> None:
    seen = standing(project(BEFORE))
    seen = replace(seen, volumes=tuple(replace(one, guests=("other-1",)) for one in seen.volumes))
    plan = down(project(BEFORE), seen, Down(volumes=True))
    assert (plan.destroys, plan.warnings) == ((), ("volume shop_v stays: other-1 mounts it",))


def test_a_container_name_that_is_added_is_named_as_the_change() -> None:
    plan = renamed(BEFORE.replace("b: {image: x}", "b: {image: x, container_name: bee}"))
    assert [(one.property, one.before, one.after) for one in plan.changes] == [("container_name", "shop-b-1", "bee")]


def test_a_volume_of_the_image_is_no_change_where_the_new_container_takes_it_over() -> None:
    shop = project(BEFORE)
    old = container(shop, "b")
    assert old.detail is not None
    detail = replace(old.detail, anonymous_volumes={"/data": "0" * 64})
    seen = standing(shop, b=replace(old, detail=detail))
    seen = replace(seen, images={name: replace(one, volumes=("/data",)) for name, one in seen.images.items()})
    plan = reconcile(project(BEFORE.replace("b: {image: x}", "b: {image: x, container_name: bee}")), seen, Up())
    assert [one.property for one in plan.changes] == ["container_name"]


def neighbours(name: str, **changed: object) -> tuple[Container, ...]:
    """What another project of the same files left running."""
    shop = project(BEFORE, name=name)
    return tuple(replace(one, **changed) for one in standing(shop).containers)  # type: ignore[arg-type]


def first_up(*there: Container, moved: frozenset[str] = frozenset()) -> tuple[str, ...]:
    shop = project(BEFORE)
    return reconcile(shop, replace(nothing(shop), neighbours=there, moved=moved), Up()).warnings


def test_a_project_that_was_renamed_is_told_of_its_former_self() -> None:
    [warning] = first_up(*neighbours("old"))
    assert warning.startswith("project old is of the same files, and keeps old-a-1, old-b-1, and the data in old_v")
    assert "`devbox -p old down`" in warning and "`name: old`" in warning and "`name: old_v`" in warning


def test_down_tells_of_a_former_self_where_there_is_nothing_to_take_down() -> None:
    shop = project(BEFORE)
    plan = down(shop, replace(nothing(shop), neighbours=neighbours("old")), Down())
    assert not plan
    [warning] = plan.warnings
    assert "`devbox -p old down`" in warning
    nameless = replace(shop, services={}, disabled={}, files=())
    assert down(nameless, Observed(neighbours=neighbours("old")), Down()).warnings == ()


def test_a_project_that_was_moved_is_told_of_its_former_self() -> None:
    there = neighbours("old", labels={labels.CONFIG_FILES: "/old/compose.yml"})
    assert first_up(*there) == ()
    [warning] = first_up(*there, moved=frozenset({"old"}))
    assert warning.startswith("project old is of files that are gone")
    assert first_up(*there[:1], moved=frozenset({"old"})) == ()


def test_a_project_that_stands_is_not_told_of_others_with_its_files() -> None:
    shop = project(BEFORE)
    seen: Observed = replace(standing(shop), neighbours=neighbours("old"))
    assert reconcile(shop, seen, Up()).warnings == ()
