"""develop.watch on the real engine: what stands in the way is told, and nothing is lost for it."""

from __future__ import annotations

import asyncio
import random
import shutil
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from devbox.adapters.host_tree import HostTree
from devbox.errors import EngineError
from devbox.plan.commands import Up
from devbox.plan.observed import Observed
from devbox.session.verify import verify
from devbox.sync.told import LoopStopped, SyncFailed, WatchRefused
from tests.eventually import eventually
from tests.scenarios.stack import Stack
from tests.scenarios.watching import begin, watching


async def test_a_read_only_target_is_told_and_holds_nobody_else_back(stack: Stack) -> None:
    (stack.folder / "src").mkdir()
    stack.write("""
        x-watched: &watched
          <<: *apart
          develop: {watch: [{action: sync, path: ./src, target: /app, initial_sync: true}]}
        services:
          fixed: {<<: *watched, read_only: true}
          app: *watched
        """)
    await stack.done(Up())
    async with watching(stack) as watch:
        (watch.src / "a").write_text("x")
        await watch.same("app-1")
        failed = await watch.tells(SyncFailed)
        assert isinstance(failed, SyncFailed)
        assert failed.error == "/app is on a read-only file system."


async def test_what_failed_is_there_once_it_can_be(stack: Stack) -> None:
    await begin(stack, more="tmpfs: [/app]")
    async with watching(stack) as watch:
        await watch.same()
        container = stack.containers()["app-1"]
        container.pause()
        (watch.src / "main.py").write_text("two")
        await watch.tells(SyncFailed)
        container.unpause()
        await watch.same()


async def test_where_there_is_no_space_that_is_told_and_less_is_there_once_it_fits(stack: Stack) -> None:
    await begin(stack, more="tmpfs: ['/app:size=64k']")
    async with watching(stack) as watch:
        await watch.same()
        (watch.src / "main.py").write_text("x" * 200_000)
        failed = await watch.tells(SyncFailed)
        assert isinstance(failed, SyncFailed)
        assert "No space left on device" in failed.error
        (watch.src / "main.py").write_text("small")
        await watch.same()


async def test_an_image_that_cannot_delete_takes_a_save_by_renaming_and_tells_what_is_left(stack: Stack) -> None:
    await begin(stack)
    async with watching(stack) as watch:
        await watch.same()
        assert stack.containers()["app-1"].exec_run(["rm", "/bin/rm"]).exit_code == 0
        (watch.src / "saved.tmp").write_text("two")
        (watch.src / "saved.tmp").replace(watch.src / "main.py")
        await watch.same()
        (watch.src / "main.py").unlink()
        failed = await watch.tells(SyncFailed)
        assert isinstance(failed, SyncFailed)
        assert failed.error == "/app/main.py cannot be deleted: the image has no `rm`."


async def test_a_service_that_writes_into_what_is_watched_is_stopped_and_its_file_named(stack: Stack) -> None:
    writes = "sha1sum /app/* > /back/gen.log"
    loop = f'while :; do new=$(cat /app/*); [ "$new" = "$old" ] || {writes}; old=$new; sleep 0.02; done'
    await begin(
        stack,
        rule="initial_sync: false",
        more=f"""volumes: ["./src:/back"]
    command: [sh, -c, '{loop.replace("$", "$$")}']""",
    )
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        told = await watch.tells(LoopStopped)
        assert isinstance(told, LoopStopped)
        assert told.path == str(watch.src / "gen.log")
        (watch.src / "main.py").write_text("three")  # others go on
        await eventually(lambda: watch.inside().get("main.py") == "three", timeout=30)


async def test_an_engine_that_answers_oddly_is_told_once_and_followed_again(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(stack)
    answers, odd = stack.engine.observe, 3
    monkeypatch.setattr("devbox.session.persisting._PAUSE", 0.01)
    monkeypatch.setattr("devbox.session.watch.RESYNC", 0.1)

    async def observe(project: str, **more: Any) -> Observed:
        nonlocal odd
        if odd:
            odd -= 1
            raise EngineError("no such thing", status=500)
        return await answers(project, **more)

    async with watching(stack) as watch:
        monkeypatch.setattr(stack.engine, "observe", observe)
        await eventually(lambda: not odd, timeout=30)
        (watch.src / "main.py").write_text("two")
        await watch.same()
        refused = [told.error for told in watch.told if isinstance(told, WatchRefused)]
        assert refused == ["no such thing"]


async def test_whatever_happens_to_files_and_container_both_sides_end_the_same(stack: Stack) -> None:
    await begin(stack, more='volumes: ["v:/app"]')
    chance = random.Random(20)
    names = [f"{folder}{name}" for folder in ("", "d/", "d/e/", "f/") for name in "abc"]
    async with watching(stack) as watch:
        for step in range(200):
            _change(watch.src, chance, names)
            await asyncio.sleep(0)
            match step:
                case 50:
                    stack.containers()["app-1"].restart(timeout=0)
                case 70:
                    stack.containers()["app-1"].pause()
                case 90:
                    stack.containers()["app-1"].unpause()
                case 110:
                    await stack.done(Up(force_recreate=True))
                case 150:
                    stack.containers()["app-1"].kill()
                case 170:
                    stack.containers()["app-1"].start()
        await watch.same()
        async with aclosing(
            verify(stack.engine, HostTree(), stack.project(), watch.watch.rules, watch.watch.ledgers)
        ) as found:
            assert [one.differences async for one in found] == [()]


def _change(src: Path, chance: random.Random, names: list[str]) -> None:
    """One thing that a person, an editor or a checkout does."""
    path = src / chance.choice(names)
    match chance.randrange(7):
        case 0 | 1 | 2:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                path.write_text(str(chance.random()))
        case 3:
            path.unlink(missing_ok=True)
        case 4:
            shutil.rmtree(path.parent, ignore_errors=True) if path.parent != src else None
        case 5:
            other = src / chance.choice(names)
            if path.exists() and other.parent.is_dir():
                path.replace(other)
        case 6:
            if path.parent.is_dir() and path.parent != src and not (src / "moved").exists():
                path.parent.rename(src / "moved")
            elif (src / "moved").exists() and not path.parent.exists() and path.parent.parent.is_dir():
                (src / "moved").rename(path.parent)
