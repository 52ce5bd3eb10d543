"""A project that is moved or renamed, in whole or in part, keeps working, and nothing is lost unsaid."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from devbox.plan.commands import Down, Up
from devbox.ports import Engine
from tests.real import IMAGE, remove_project, sdk
from tests.scenarios.stack import Stack, networks, volumes

FILE = """
services:
  db: {<<: *service, volumes: [data:/data]}
  api: {<<: *service}
volumes: {data: {}}
"""


def written(stack: Stack, service: str = "db-1") -> str:
    """What stands in the volume of the service."""
    code, out = stack.containers()[service].exec_run(["cat", "/data/word"])
    return out.decode() if code == 0 else ""


async def up_with_data(stack: Stack, text: str = FILE) -> dict[str, str]:
    stack.write(text)
    await stack.done(Up())
    assert stack.containers()["db-1"].exec_run(["sh", "-c", "echo -n kept > /data/word"])[0] == 0
    return stack.ids()


@pytest.fixture
def other(real_engine: Engine, stack: Stack) -> Iterator[Stack]:
    """The same folder under another name."""
    found = Stack(f"dbt-{secrets.token_hex(4)}", stack.folder, real_engine)
    yield found
    remove_project(found.name)


async def test_a_folder_that_moves_takes_its_running_stack_along(stack: Stack) -> None:
    (stack.folder / "one").mkdir()
    stack.folder = stack.folder / "one"
    before = await up_with_data(stack, FILE.replace("data:/data", "data:/data, ./conf:/conf"))
    stack.folder = stack.folder.rename(stack.folder.with_name("two"))
    await stack.done(Up())
    after = stack.ids()
    assert (after["api-1"] == before["api-1"], after["db-1"] == before["db-1"]) == (True, False)
    mounts = {one["Destination"]: one["Source"] for one in stack.containers()["db-1"].attrs["Mounts"]}
    assert (mounts["/conf"], written(stack)) == (f"{stack.folder}/conf", "kept")
    await stack.done(Down())
    assert stack.states() == {}


async def test_a_renamed_volume_is_mounted_and_the_old_one_can_be_gone_on_with(stack: Stack) -> None:
    before = await up_with_data(stack)
    stack.write(FILE.replace("data: {}", f"data: {{name: {stack.name}-new}}"))
    outcome = await stack.done(Up())
    assert any(f"volume {stack.name}_data is left behind" in warning for warning in outcome.plan.warnings)
    assert (written(stack), stack.ids()["api-1"]) == ("", before["api-1"])
    moved = stack.ids()
    await stack.compose("up", "-d")
    assert stack.ids() == moved
    stack.write(FILE.replace("data: {}", f"data: {{name: {stack.name}_data}}"))
    await stack.done(Up())
    assert written(stack) == "kept"
    gone = await stack.done(Down(volumes=True))
    assert any(f"volume {stack.name}-new stays" in warning for warning in gone.plan.warnings)
    assert volumes(stack.name) == [f"{stack.name}-new"]


async def test_a_renamed_network_is_joined_there_and_back(stack: Stack) -> None:
    stack.write(FILE)
    await stack.done(Up())
    stack.write(FILE + f"networks: {{default: {{name: {stack.name}-new}}}}\n")
    await stack.done(Up())
    assert list(stack.containers()["api-1"].attrs["NetworkSettings"]["Networks"]) == [f"{stack.name}-new"]
    stack.write(FILE)
    await stack.done(Up())
    assert list(stack.containers()["api-1"].attrs["NetworkSettings"]["Networks"]) == [f"{stack.name}_default"]
    await stack.done(Down())
    assert networks(stack.name) == []


async def test_a_renamed_project_is_told_of_what_it_was(stack: Stack, other: Stack) -> None:
    before = await up_with_data(stack)
    outcome = await other.done(Up())
    [warning] = outcome.plan.warnings
    assert f"`devbox -p {stack.name} down`" in warning and f"`name: {stack.name}_data`" in warning
    assert (stack.ids(), written(stack)) == (before, "kept")
    again = await other.done(Up())
    assert again.plan.warnings == ()


async def test_a_renamed_service_leaves_an_orphan_and_a_named_container_none(stack: Stack) -> None:
    await up_with_data(stack)
    stack.write(FILE.replace("db:", "database:").replace("api: {", f"api: {{container_name: {stack.name}-mine, "))
    outcome = await stack.done(Up())
    assert outcome.plan.orphans == (f"{stack.name}-db-1",)
    await stack.done(Up(remove_orphans=True))
    assert sorted(stack.states()) == ["database-1", "mine"]
    assert written(stack, "database-1") == "kept"


async def test_a_volume_that_a_stopped_container_of_others_holds_is_not_made_anew(stack: Stack) -> None:
    before = await up_with_data(stack)
    with sdk() as client:
        guest = client.containers.create(IMAGE, name=f"{stack.name}-guest", volumes=[f"{stack.name}_data:/theirs"])
        try:
            stack.write(FILE.replace("data: {}", "data: {labels: {team: blue}}"))
            outcome = await stack.done(Up(renew_volumes=True))
            assert any(f"it stays: {stack.name}-guest uses it" in warning for warning in outcome.plan.warnings)
            assert (stack.ids(), written(stack)) == (before, "kept")
            gone = await stack.done(Down(volumes=True))
            assert f"volume {stack.name}_data stays: {stack.name}-guest mounts it" in gone.plan.warnings
        finally:
            guest.remove(force=True)
