"""Files that are saved while a session is open are read again, and what they ask for is offered."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devbox.compose.request import LoadRequest
from devbox.plan.brief import brief
from devbox.plan.commands import Up
from devbox.ports import Engine
from devbox.session.commands import Reload
from devbox.session.session import Session
from devbox.session.state import Connected, Offer
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.real import IMAGE
from tests.session.test_session import ended
from tests.session.world import opened, outside, written

SHOP = """
name: {project}
include: [parts/more.yaml]
services:
  api:
    image: devbox-test/busybox:latest
    extends: {{file: parts/base.yaml, service: base}}
    environment: {{LEVEL: "${{LEVEL-low}}"}}
    env_file: [api.env]
    label_file: [api.labels]
    configs: [settings]
    secrets: [token]
  db:
    image: devbox-test/busybox:latest
configs:
  settings: {{file: settings.conf}}
secrets:
  token: {{file: token}}
"""
PARTS = {
    "parts/base.yaml": "services: {base: {image: x, working_dir: /a}}\n",
    "parts/more.yaml": "services: {cache: {image: devbox-test/busybox:latest, working_dir: /a}}\n",
    "api.env": "A=1\n",
    ".env": "LEVEL=high\n",
    "api.labels": "team=a\n",
    "settings.conf": "a\n",
    "token": "a\n",
    "config/devbox.yaml": "environments: {dev: {files: [../compose.yaml], profiles: [a], project: shop}}\n",
}


def save(folder: Path, name: str, text: str) -> None:
    """As editors do it: beside it, then in its place."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.with_name("4913").write_text(text)
    path.with_name("4913").replace(path)


@asynccontextmanager
async def running(engine: FakeEngine, folder: Path) -> AsyncIterator[Session]:
    """The shop, up."""
    for name, text in PARTS.items():
        save(folder, name, text)
    async with opened(engine, written(folder, "shop", SHOP)) as session:
        await ended(session, session.command(Up()))
        await eventually(lambda: all(row.containers for row in session.store.state.rows))
        yield session


async def offered(session: Session, *files: str) -> str:
    """What is offered once these files were read again, in brief."""
    await eventually(lambda: session.store.state.offer == Offer(files=files), timeout=30)
    plan = await eventually(lambda: session.store.state.plan, timeout=30)
    assert plan is not None
    return brief(plan)


API = "1 container would be recreated (api)"
SAVES = {
    "the file itself": ("compose.yaml", SHOP.format(project="shop").replace("-low", "-no").replace("${L", "n${L"), API),
    "what a service extends": ("parts/base.yaml", PARTS["parts/base.yaml"].replace("/a", "/b"), API),
    "what is included": (
        "parts/more.yaml",
        PARTS["parts/more.yaml"].replace("/a", "/b"),
        "1 container would be recreated (cache)",
    ),
    "an env_file": ("api.env", "A=2\n", API),
    "the .env": (".env", "LEVEL=low\n", API),
    "a label_file": ("api.labels", "team=b\n", API),
    "a config": ("settings.conf", "b\n", API),
    "a secret": ("token", "b\n", API),
    "devbox.yaml": (
        "config/devbox.yaml",
        PARTS["config/devbox.yaml"].replace("compose.yaml", "compose.yaml, ../more.yaml"),
        "1 container would be created (more)",
    ),
}


@pytest.mark.parametrize(("name", "text", "expected"), SAVES.values(), ids=SAVES)
async def test_a_save_is_read_and_its_plan_offered_and_nothing_is_done(
    fake_engine: FakeEngine, tmp_path: Path, name: str, text: str, expected: str
) -> None:
    (tmp_path / "more.yaml").write_text("services: {more: {image: devbox-test/busybox:latest}}\n")
    async with running(fake_engine, tmp_path) as session:
        before = set(fake_engine.containers)
        save(tmp_path, name, text)
        assert await offered(session, name) == expected
        assert set(fake_engine.containers) == before


async def test_a_file_that_was_looked_for_in_vain_is_seen_when_it_comes(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        await ended(session, session.command(Up()))
        await eventually(lambda: all(row.containers for row in session.store.state.rows))
        save(tmp_path, "compose.override.yaml", "services: {api: {working_dir: /b}}\n")
        assert await offered(session, "compose.override.yaml") == API


async def test_an_environment_whose_file_comes_is_there_to_choose_and_gone_with_it(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        assert names(session) == ["default"]
        save(tmp_path, "compose.qa.yaml", "services: {api: {working_dir: /b}}\n")
        await eventually(lambda: names(session) == ["default", "qa"], timeout=30)
        assert [one.text for one in session.store.state.notices] == ["There is an environment qa now."]
        assert session.store.state.environment == "default"
        (tmp_path / "compose.qa.yaml").unlink()
        await eventually(lambda: names(session) == ["default"], timeout=30)


def names(session: Session) -> list[str]:
    return [one.name for one in session.store.state.environments]


async def test_what_is_applied_is_offered_no_more(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with running(fake_engine, tmp_path) as session:
        save(tmp_path, "api.env", "A=2\n")
        await offered(session, "api.env")
        await ended(session, session.command(Up()))
        await eventually(lambda: session.store.state.offer is None)


async def test_what_is_taken_back_is_offered_no_more(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with running(fake_engine, tmp_path) as session:
        save(tmp_path, "api.env", "A=2\n")
        await offered(session, "api.env")
        save(tmp_path, "api.env", PARTS["api.env"])
        await eventually(lambda: session.store.state.offer is None, timeout=30)


async def test_what_is_declined_comes_back_with_the_next_save(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with running(fake_engine, tmp_path) as session:
        save(tmp_path, "api.env", "A=2\n")
        await offered(session, "api.env")
        session.decline()
        assert session.store.state.offer is None
        save(tmp_path, "settings.conf", "b\n")
        await offered(session, "settings.conf")


async def test_a_broken_file_is_told_with_its_line_and_mended_by_the_next_save(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    async with running(fake_engine, tmp_path) as session:
        save(tmp_path, "parts/base.yaml", "services:\n  base: {imag: x}\n")
        problems = await eventually(lambda: session.store.state.problems, timeout=30)
        assert f"{tmp_path}/parts/base.yaml:2:" in str(problems[0])
        assert [row.name for row in session.store.state.rows] == ["api", "db", "cache"]
        save(tmp_path, "parts/base.yaml", PARTS["parts/base.yaml"])
        await eventually(lambda: session.store.state.problems == (), timeout=30)
        assert session.store.state.offer is None


async def test_a_name_that_no_file_can_have_keeps_nothing_from_being_read_again(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    impossible = 'name: {project}\nservices: {{api: {{image: x, env_file: "a\\0b"}}}}\n'
    async with opened(fake_engine, written(tmp_path, "shop", impossible)) as session:
        assert "no file can be called so" in str(session.store.state.problems)
        written(tmp_path, "shop")
        await eventually(lambda: session.store.state.problems == (), timeout=30)


async def test_a_file_that_comes_through_a_pipe_is_read_once_and_kept(fake_engine: FakeEngine, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, f"name: shop\nservices: {{api: {{image: {IMAGE}, env_file: {tmp_path}/a.env}}}}\n".encode())
    os.close(writing)
    (tmp_path / "a.env").write_text("A=1\n")
    world = outside(fake_engine, tmp_path)
    request = LoadRequest(cwd=str(tmp_path), environ={}, files=(f"/dev/fd/{reading}",))
    async with Session.open(world, request) as session:
        await eventually(lambda: isinstance(session.store.state.connection, Connected))
        await ended(session, session.command(Up()))
        await eventually(lambda: all(row.containers for row in session.store.state.rows))
        save(tmp_path, "a.env", "A=2\n")
        assert await offered(session, "a.env") == API
        assert session.store.state.problems == ()
    os.close(reading)


async def test_files_that_never_loaded_open_once_they_do(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(fake_engine, written(tmp_path, "shop", "services: [\n")) as session:
        assert session.store.state.project is None
        written(tmp_path, "shop")
        await eventually(lambda: [row.name for row in session.store.state.rows] == ["api", "db"], timeout=30)
        await eventually(lambda: isinstance(session.store.state.connection, Connected), timeout=30)
        assert (await ended(session, session.command(Up()))).error == ""


async def test_another_project_is_told_and_opened_by_hand_only(fake_engine: FakeEngine, tmp_path: Path) -> None:
    async with opened(fake_engine, written(tmp_path, "shop")) as session:
        written(tmp_path, "other")
        other = Offer(files=("compose.yaml",), project="other")
        await eventually(lambda: session.store.state.offer == other, timeout=30)
        assert session.store.state.project is not None
        assert session.store.state.project.name == "shop"
        await ended(session, session.command(Reload()))
        assert session.store.state.project.name == "other"
        assert session.store.state.offer is None


async def test_another_engine_for_the_same_project_is_gone_to_by_hand_only(
    fake_engine: FakeEngine, tmp_path: Path
) -> None:
    contexts: list[str] = []

    async def connect(context: str) -> Engine:
        contexts.append(context)
        return fake_engine

    devbox = "environments: {{dev: {{files: [compose.yaml], project: shop{}}}}}\n"
    (tmp_path / "devbox.yaml").write_text(devbox.format(""))
    async with opened(fake_engine, written(tmp_path, "shop"), connect=connect) as session:
        (tmp_path / "devbox.yaml").write_text(devbox.format(", context: far"))
        await eventually(lambda: session.store.state.offer == Offer(files=("devbox.yaml",), project="shop"), timeout=30)
        assert contexts == [""]
        await ended(session, session.command(Reload()))
        await eventually(lambda: contexts == ["", "far"], timeout=30)
        assert session.store.state.offer is None


async def test_an_environment_that_is_gone_is_a_problem(fake_engine: FakeEngine, tmp_path: Path) -> None:
    devbox = "environments: {{dev: {{files: [compose.yaml], project: shop}}, {}: {{files: [compose.yaml]}}}}\n"
    (tmp_path / "devbox.yaml").write_text(devbox.format("stage"))
    async with opened(fake_engine, written(tmp_path, "shop"), "stage") as session:
        (tmp_path / "devbox.yaml").write_text(devbox.format("prod"))
        problems = await eventually(lambda: session.store.state.problems, timeout=30)
        assert "There is no environment stage." in str(problems[0])


async def test_files_that_the_shell_names_are_read_again_too(fake_engine: FakeEngine, tmp_path: Path) -> None:
    written(tmp_path, "shop").joinpath("compose.yaml").rename(tmp_path / "mine.yaml")
    async with opened(fake_engine, tmp_path, environ={"COMPOSE_FILE": "mine.yaml"}) as session:
        save(tmp_path, "mine.yaml", "name: shop\nservices: {api: {image: devbox-test/busybox:latest}}\n")
        await eventually(lambda: [row.name for row in session.store.state.rows] == ["api"], timeout=30)
        assert (await ended(session, session.command(Reload()))).error == ""
