"""Other projects, other tools, and ports that others have."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.plan.commands import Down, Up
from devbox.ports import Engine
from devbox.session.state import Phase
from tests.real import remove_project
from tests.scenarios.stack import Stack

FILE = """
services:
  db: {<<: *service, volumes: [data:/data], environment: {A: "1"}}
  api: {<<: *service, depends_on: [db]}
volumes: {data: {}}
"""


@pytest.fixture
def neighbour(real_engine: Engine, tmp_path: Path) -> Iterator[Stack]:
    """Another project on the same engine."""
    folder = tmp_path / "neighbour"
    folder.mkdir()
    name = f"dbt-{secrets.token_hex(4)}"
    yield Stack(name, folder, real_engine)
    remove_project(name)


async def test_other_projects_are_never_touched(stack: Stack, neighbour: Stack) -> None:
    neighbour.write(FILE)
    await neighbour.done(Up())
    before = neighbour.ids()
    stack.write(FILE)
    await stack.done(Up(remove_orphans=True))
    await stack.done(Down(volumes=True, remove_orphans=True))
    assert (neighbour.ids(), set(neighbour.states().values())) == (before, {"running"})


async def test_a_port_that_a_neighbour_has_is_told_by_name(stack: Stack, neighbour: Stack) -> None:
    neighbour.write("services: {web: {<<: *service, ports: ['127.0.0.1:18765:80']}}")
    await neighbour.done(Up())
    stack.write("services: {site: {<<: *service, ports: ['127.0.0.1:18765:80']}, other: {<<: *service}}")
    outcome = await stack.do(Up())
    assert outcome.phase is Phase.FAILED
    holder = f"container {neighbour.name}-web-1 (service web of project {neighbour.name})"
    assert f"port 18765/tcp is already taken by {holder}" in outcome.errors[0][1].message
    assert stack.states() == {}


async def test_docker_compose_sees_our_stack_and_takes_it_down(stack: Stack) -> None:
    stack.write(FILE)
    await stack.done(Up())
    listed = await stack.compose("ps", "--services")
    assert sorted(listed.split()) == ["api", "db"]
    await stack.compose("down", "-t", "0")
    assert stack.states() == {}


async def test_docker_compose_has_nothing_to_do_on_our_stack(stack: Stack) -> None:
    # Without dependencies: whether these count as configuration differs between compose's own versions.
    stack.write(FILE.replace(", depends_on: [db]", ""))
    await stack.done(Up())
    before = stack.ids()
    await stack.compose("up", "-d", "--no-build")
    assert stack.ids() == before


async def test_we_have_nothing_to_do_on_composes_stack_and_take_it_down(stack: Stack) -> None:
    stack.write(FILE)
    await stack.compose("up", "-d")
    before = stack.ids()
    outcome = await stack.done(Up())
    assert (outcome.plan.nodes, stack.ids()) == ((), before)
    await stack.done(Down(volumes=True))
    assert stack.states() == {}
