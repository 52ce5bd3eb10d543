"""Who waits for a service waits for the files that rules owe it, on the real engine."""

from __future__ import annotations

import pytest

from devbox.plan.commands import Up
from devbox.sync.told import Owed
from tests.scenarios.stack import Stack
from tests.scenarios.watching import begin, watching

NEEDS = """healthcheck: {test: [CMD, test, -e, /app/main.py], interval: 1s, retries: 60}"""


@pytest.mark.parametrize("more", ['tmpfs: ["/app"]', 'volumes: ["v:/app"]', NEEDS])
async def test_up_that_waits_ends_with_the_files_in_place_though_nobody_watches(stack: Stack, more: str) -> None:
    await begin(stack, more=more, up=False)
    done = stack.devbox("up", "--wait")
    assert done.returncode == 0, done.stderr
    assert stack.containers()["app-1"].exec_run(["cat", "/app/main.py"]).output == b"one"


async def test_a_container_made_anew_has_what_the_old_one_was_given_before_up_calls_it_ready(stack: Stack) -> None:
    await begin(stack, rule="initial_sync: false")
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.same()
    done = stack.devbox("up", "--wait", "--force-recreate")
    assert done.returncode == 0, done.stderr
    assert stack.containers()["app-1"].exec_run(["cat", "/app/main.py"]).output == b"two"


async def test_what_cannot_have_its_files_is_not_called_ready(stack: Stack) -> None:
    await begin(stack, more="read_only: true", up=False)
    done = stack.devbox("up", "--wait")
    assert done.returncode == 1
    assert "app-1 has not the files it is to have: /app is on a read-only file system." in done.stderr


async def test_what_has_no_space_for_its_files_is_not_called_ready(stack: Stack) -> None:
    await begin(stack, more="tmpfs: ['/app:size=64k']", up=False)
    (stack.folder / "src" / "big").write_bytes(bytes(200_000))
    done = stack.devbox("up", "--wait")
    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stderr


async def test_a_container_that_begins_anew_is_owed_its_files_until_it_has_them(stack: Stack) -> None:
    await begin(stack)
    (stack.folder / "src" / "other").write_text("x")
    async with watching(stack) as watch:
        await watch.tells(Owed, lambda told: isinstance(told, Owed) and not told.files)
        watch.told.clear()
        await stack.done(Up(force_recreate=True))
        await watch.tells(Owed, lambda told: isinstance(told, Owed) and not told.files)
        assert [one.files for one in watch.told if isinstance(one, Owed)] == [2, 0]
        await watch.same()
