"""start, stop, restart, kill, pause, build, pull."""

from __future__ import annotations

from devbox.plan.commands import (
    BuildImages,
    Kill,
    Pause,
    PlannedCommand,
    PullImages,
    Restart,
    Start,
    Stop,
    Unpause,
    Up,
)
from devbox.plan.observed import Observed, RunState
from devbox.plan.steps import BuildImage, KillContainer, PullImage
from devbox.plan.text import describe
from devbox.plan.verbs import plan
from tests.plan.shop import SHOP, text
from tests.plan.world import container, exited, nothing, project, standing


def ids(command: PlannedCommand, source: str, observed: Observed | None = None) -> list[str]:
    found = project(source)
    return [node.id for node in plan(command, found, observed or standing(found)).nodes]


def test_start_goes_through_the_gates() -> None:
    shop = project(SHOP)
    down = {name: exited(container(shop, name), 0) for name in shop.services}
    assert describe(plan(Start(), shop, standing(shop, **down))) == text("""
        Project shop
          1. start shop-db-1: asked for
          2. start shop-cache-1: asked for
          3. wait until db is healthy: api depends on it [after 1]
          4. start shop-api-1: asked for [after 2, 3]
        """)


def test_start_of_what_was_never_made_is_a_problem_with_a_remedy() -> None:
    shop = project(SHOP)
    problem = plan(Start(services=("api",)), shop, nothing(shop)).problems[0]
    assert (problem.message, problem.hint) == ("service api has no container", "devbox up api makes one")


def test_stop_goes_dependents_first() -> None:
    assert ids(Stop(), SHOP) == ["stop api-1", "stop db-1", "stop cache-1"]


def test_restart_takes_those_along_that_ask_for_it() -> None:
    assert ids(Restart(services=("db",)), SHOP) == ["restart db-1", "wait until db is healthy", "restart api-1"]


def test_restart_without_dependents() -> None:
    assert ids(Restart(services=("db",), no_deps=True), SHOP) == ["restart db-1"]


def test_restart_with_a_pre_stop_hook_stops_and_starts() -> None:
    source = "services: {a: {image: x, pre_stop: [{command: sync}]}}"
    assert ids(Restart(), source) == ["stop a-1", "start a-1"]


def test_kill_sends_the_signal() -> None:
    shop = project(SHOP)
    step = plan(Kill(services=("api",), signal="SIGHUP"), shop, standing(shop)).nodes[0].step
    assert isinstance(step, KillContainer)
    assert step.signal == "SIGHUP"


def test_pause_and_unpause() -> None:
    shop = project(SHOP)
    seen = standing(shop, cache=container(shop, "cache", state=RunState.PAUSED))
    assert ids(Pause(), SHOP, seen) == ["pause db-1", "pause api-1"]
    assert ids(Unpause(), SHOP, seen) == ["unpause cache-1"]


def test_what_is_built_and_missing_is_built_and_the_rest_pulled() -> None:
    source = "services: {a: {build: .}, b: {image: y}, c: {image: y}}"
    steps = [node.step for node in plan(Up(), project(source), Observed()).nodes]
    assert [one.image for one in steps if isinstance(one, BuildImage)] == ["shop-a"]
    assert [(one.image, one.services) for one in steps if isinstance(one, PullImage)] == [("y", ("b", "c"))]


def test_containers_come_after_their_image() -> None:
    after = {node.id: node.after for node in plan(Up(), project("services: {a: {build: .}}"), Observed()).nodes}
    assert "build a" in after["create a-1"]


def test_a_build_on_another_service_comes_after_it() -> None:
    source = """
        services:
          base: {build: ./base}
          app: {build: {context: ., additional_contexts: {base: "service:base"}}}
        """
    after = {node.id: node.after for node in plan(BuildImages(services=("app",)), project(source), Observed()).nodes}
    assert after == {"build base": set(), "build app": {"build base"}}


def test_pull_tolerates_what_can_be_built() -> None:
    source = "services: {a: {image: x, build: .}, b: {image: y}, c: {image: z, pull_policy: never}}"
    steps = [node.step for node in plan(PullImages(), project(source), Observed()).nodes]
    assert [(one.image, one.ignore_failure) for one in steps if isinstance(one, PullImage)] == [
        ("x", True),
        ("y", False),
    ]


def test_an_existing_image_is_pulled_again_if_the_policy_says_so() -> None:
    shop = project("services: {a: {image: x, pull_policy: always}}")
    found = plan(Up(), shop, standing(shop))
    assert [node.id for node in found.nodes] == ["pull x"]
    assert found.warnings == ("a is recreated if its new image differs",)
