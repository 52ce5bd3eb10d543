"""A session in an environment that recreates replicas in turns: what it previews, foresees and does."""

from __future__ import annotations

from pathlib import Path

from devbox.plan.commands import Up
from devbox.plan.plan import Plan
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.session.world import opened, written

WEB = """
name: shop
services:
  web: {{image: devbox-test/busybox:latest, scale: 2, environment: {{A: "{project}"}}}}
"""
FILE = "environments: {there: {files: [compose.yaml], project: shop, rolling: true}}\n"
TURN = "wait until web-1 is ready"


def turns(plan: Plan | None) -> bool:
    return plan is not None and any(node.id == TURN for node in plan.nodes)


async def test_every_plan_of_the_environment_is_in_turns(fake_engine: FakeEngine, tmp_path: Path) -> None:
    (tmp_path / "devbox.yaml").write_text(FILE)
    async with opened(fake_engine, written(tmp_path, "one", WEB)) as session:
        session.command(Up())
        await eventually(lambda: len(fake_engine.containers) == 2)
    async with opened(fake_engine, written(tmp_path, "two", WEB)) as session:
        assert turns(await session.preview(Up()))
        assert not turns(await session.preview(Up(rolling=False)))
        session.want_plan(True)
        await eventually(lambda: turns(session.store.state.plan))
        operation = session.command(Up())
        await eventually(
            lambda: any(TURN in one.steps for one in session.store.state.operations if one.id == operation)
        )
