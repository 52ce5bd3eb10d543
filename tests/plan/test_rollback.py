"""Plans that go back to an image, and those that keep one for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devbox.compose.model import Project
from devbox.errors import UsageError
from devbox.plan import labels
from devbox.plan.commands import Down, Rollback, Up
from devbox.plan.names import previous_image
from devbox.plan.needs import needs
from devbox.plan.observed import Container, Observed, ObservedImage
from devbox.plan.plan import Plan
from devbox.plan.steps import CreateContainer
from devbox.plan.text import describe
from devbox.plan.verbs import plan
from tests.plan.world import container, project, standing

SHOP = """
services:
  api: {image: "app:2", depends_on: {db: {condition: service_healthy}}}
  db: {image: "db:1", healthcheck: {test: "true"}}
"""
OLD = ObservedImage(id="sha256:" + "0" * 64, tags=("devbox-previous:shop.api", "app:1"))


@pytest.fixture
def shop() -> Project:
    return project(SHOP)


def kept(observed: Observed, *services: str) -> Observed:
    """With OLD kept as their previous image."""
    return replace(observed, images={**observed.images, **{previous_image("shop", name): OLD for name in services}})


def on(shop: Project, service: str, image: ObservedImage, **marks: str) -> Container:
    """The service's container, made of that image."""
    found = container(shop, service, image_id=image.id)
    return replace(found, labels={**found.labels, labels.IMAGE: image.id, **marks})


def created(found: Plan) -> dict[str, CreateContainer]:
    return {node.step.spec.service: node.step for node in found.nodes if isinstance(node.step, CreateContainer)}


def test_up_keeps_the_image_it_replaces_before_the_old_container_goes(shop: Project) -> None:
    found = plan(Up(), shop, standing(shop, api=on(shop, "api", OLD)))
    assert "\n".join(describe(found).splitlines()[1:4]) == (
        "  1. create container shop-api-1 anew: its image changed\n"
        "  2. keep image 000000000000 of api: so that `devbox rollback` can go back to it [after 1]\n"
        "  3. stop shop-api-1: replaced by its new container [after 1, 2]"
    )


def test_up_keeps_no_image_where_it_stays(shop: Project) -> None:
    assert "keep image" not in describe(plan(Up(force_recreate=True), shop, standing(shop)))


def test_it_goes_back_by_id_and_keeps_the_image_it_leaves(shop: Project) -> None:
    observed = kept(standing(shop), "api")
    found = plan(Rollback(services=("api",)), shop, observed)
    [step] = created(found).values()
    assert (step.spec.image, step.why) == (OLD.id, "it goes back to its previous image")
    marks = step.spec.body["Labels"]
    assert marks[labels.IMAGE] == OLD.id
    assert marks[labels.ROLLED_BACK] == "app:2"
    assert marks[labels.CONFIG_HASH] == labels.config_hash(shop, shop.services["api"])
    assert f"keep image {observed.images['app:2'].id[7:19]} of api" in describe(found)
    assert [(one.service, one.after) for one in found.changes] == [("api", "000000000000 (app:1)")]
    assert "wait until api runs: asked to wait" in describe(found)


def test_a_second_one_goes_forward_by_name(shop: Project) -> None:
    observed = standing(shop, api=on(shop, "api", OLD, **{labels.ROLLED_BACK: "app:2"}))
    present = observed.images["app:2"]
    observed = replace(observed, images={**observed.images, previous_image("shop", "api"): present})
    [step] = created(plan(Rollback(), shop, observed)).values()
    assert (step.spec.image, step.why) == ("app:2", "it goes to the image that the files name")
    assert labels.ROLLED_BACK not in step.spec.body["Labels"]


def test_the_next_up_says_that_it_leaves_what_was_rolled_back(shop: Project) -> None:
    observed = standing(shop, api=on(shop, "api", OLD, **{labels.ROLLED_BACK: "app:2"}))
    [change] = plan(Up(), shop, observed).changes
    assert (change.property, change.before) == ("image", "rolled back 000000000000")


def test_it_says_so_where_the_files_have_changed_too(shop: Project) -> None:
    observed = standing(shop, api=on(shop, "api", OLD, **{labels.ROLLED_BACK: "app:2"}))
    changed = project(SHOP.replace('"app:2",', '"app:3", command: serve,'))
    changes = {one.property: one.before for one in plan(Up(), changed, replace(observed, images={})).changes}
    assert changes["image"] == "rolled back 000000000000"


def test_without_names_it_takes_those_that_can_go_back_and_names_the_others(shop: Project) -> None:
    found = plan(Rollback(), shop, kept(standing(shop), "api"))
    assert list(created(found)) == ["api"]
    assert found.warnings == ("no previous image of db is kept: it stays as it is",)


def test_dependencies_come_first_and_are_waited_for(shop: Project) -> None:
    text = describe(plan(Rollback(), shop, kept(standing(shop), "api", "db")))
    assert text.index("start shop-db-1") < text.index("wait until db is healthy") < text.index("start shop-api-1")


@pytest.mark.parametrize(
    ("services", "told"),
    [
        (("db",), "no previous image of db is kept"),
        (("api", "db"), "no previous image of db is kept"),
        (("api",), ""),
    ],
)
def test_a_named_service_that_cannot_go_back_keeps_all_as_they_are(
    shop: Project, services: tuple[str, ...], told: str
) -> None:
    found = plan(Rollback(services=services), shop, kept(standing(shop), "api"))
    assert [one.message for one in found.problems] == ([told] if told else [])
    assert bool(created(found)) is not bool(told)


def test_what_runs_the_kept_image_has_nothing_to_go_back_to(shop: Project) -> None:
    found = plan(Rollback(services=("api",)), shop, kept(standing(shop, api=on(shop, "api", OLD)), "api"))
    assert [one.message for one in found.problems] == ["api runs the image that is kept of it already"]


def test_where_nothing_is_kept_it_is_refused(shop: Project) -> None:
    [problem] = plan(Rollback(), shop, standing(shop)).problems
    assert problem.message == "no service of shop has a previous image to go back to"


def test_a_service_that_is_none_is_refused(shop: Project) -> None:
    with pytest.raises(UsageError):
        plan(Rollback(services=("nope",)), shop, standing(shop))


def test_a_service_without_a_container_is_named(shop: Project) -> None:
    [problem] = plan(Rollback(services=("api",)), shop, kept(standing(shop, api=None), "api")).problems
    assert problem.message == "service api has no container"


def test_the_number_of_replicas_stays(shop: Project) -> None:
    observed = kept(standing(shop, container(shop, "api", 2)), "api")
    names = [node.id for node in plan(Rollback(), shop, observed).nodes if node.id.startswith("create")]
    assert sorted(names) == ["create api-1", "create api-2"]


@pytest.mark.parametrize("rolling", [True, False])
def test_in_turns_each_replica_is_ready_before_the_next_goes_back(shop: Project, rolling: bool) -> None:
    observed = kept(standing(shop, container(shop, "api", 2)), "api")
    after = {node.id: node.after for node in plan(Rollback(rolling=rolling), shop, observed).nodes}
    assert ("wait until api-1 is ready" in after["create api-2"]) is rolling


def test_the_first_replica_alone_waits_for_the_image_to_be_kept(shop: Project) -> None:
    """So that they can be replaced in any order, or in turns."""
    old = [on(shop, "api", OLD), replace(on(shop, "api", OLD), id="2" * 64, name="shop-api-2", number=2)]
    found = plan(Up(scale={"api": 2}), shop, standing(shop, old[1], api=old[0]))
    after = {node.id: node.after for node in found.nodes}
    assert after["keep image of api"] == {"create api-1"}
    assert [id for id, earlier in after.items() if "keep image of api" in earlier] == ["stop api-1"]


def test_down_with_images_lets_the_kept_ones_go(shop: Project) -> None:
    command = Down(images="local")
    assert previous_image("shop", "api") in needs(shop, command).images
    assert "remove image devbox-previous:shop.api" in describe(plan(command, shop, kept(standing(shop), "api")))


def test_a_name_that_is_too_long_for_a_tag_is_told_from_others() -> None:
    one, other = (previous_image("p" * 80, "s" * 70 + end) for end in "ab")
    assert one != other
    assert len(one.partition(":")[2]) <= 128
