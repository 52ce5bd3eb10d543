"""What files that were saved ask for is offered above everything, with the keys for it."""

from __future__ import annotations

import pytest

from devbox.errors import Problem
from devbox.plan.plan import Node, Plan
from devbox.plan.steps import ContainerSpec, CreateContainer, RemoveContainer, Step
from devbox.session.state import Offer
from tests.tui import shop
from tests.tui.driving import keys, opened, screen_text, shows


def changed_plan() -> Plan:
    """The API is recreated, the cache created."""
    steps: list[Step] = [
        CreateContainer(spec=ContainerSpec(name=f"shop-{one}-1", service=one, number=1, image="x", body={}), why="")
        for one in ("api", "cache")
    ]
    steps.append(RemoveContainer(service="api", container="api1", name="shop-api-1", why=""))
    return Plan(project="shop", nodes=tuple(Node(id=f"{at}", step=step) for at, step in enumerate(steps)))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (changed_plan(), "compose.yaml, .env changed: 1 container would be recreated (api), 1 created (cache)"),
        (
            Plan(project="shop", problems=(Problem(message="port 80 is taken"),)),
            "it cannot be applied: port 80 is taken",
        ),
    ],
)
async def test_saved_files_are_told_with_what_they_ask_for_and_the_keys_for_it(plan: Plan, said: str) -> None:
    offer = Offer(files=("compose.yaml", ".env"))
    async with opened(shop.state(offer=offer, plan=plan)) as (app, pilot, session):
        text = screen_text(app)
        assert said in text
        assert "3 plan, x later" in text
        await keys(pilot, "x")
        assert session.declined == 1


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ("store", "the project is called store now; shop is left as it is"),
        ("shop", "it belongs on another engine now; what runs here is left as it is"),
    ],
)
async def test_files_of_another_project_or_engine_are_told_with_the_key_that_opens_it(project: str, said: str) -> None:
    async with opened(shop.state(offer=Offer(files=("compose.yaml",), project=project))) as (app, _, _s):
        text = screen_text(app)
        assert f"compose.yaml changed: {said}" in text
        assert "F5 open it, x later" in text


async def test_an_offer_waits_until_what_is_under_way_is_done() -> None:
    offer = Offer(files=("compose.yaml",))
    state = shop.state(offer=offer, plan=changed_plan(), operations=(shop.operation(),))
    async with opened(state) as (app, _, session):
        assert "compose.yaml changed" not in screen_text(app)
        session.store.put(operations=())
        assert await shows(app, "compose.yaml changed")
