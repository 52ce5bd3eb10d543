"""A watch that begins again, on the real engine: what containers were given is known, and not believed blindly."""

from __future__ import annotations

import json

from devbox.plan.commands import Up
from devbox.sync.told import Owed, Synced, Told
from tests.eventually import eventually
from tests.scenarios.stack import Stack
from tests.scenarios.watching import Watching, begin, watching


def sent(watch: Watching) -> list[str]:
    told = [one for one in watch.told if isinstance(one, Synced)]
    return sorted(path for one in told for path in (*one.paths, *one.deleted))


def has_all(told: Told) -> bool:
    """That a container lacks nothing any more."""
    return isinstance(told, Owed) and not told.files


async def test_only_the_difference_is_sent(stack: Stack) -> None:
    await begin(stack)
    src = stack.folder / "src"
    for name in ("stays", "changes", "goes"):
        (src / name).write_text("one")
    async with watching(stack) as watch:
        await watch.same()
        await watch.tells(Owed, has_all)  # noted too: what is broken off before is sent once more
    (src / "changes").write_text("two")
    (src / "goes").unlink()
    async with watching(stack) as watch:
        await watch.same()
        await watch.tells(Synced)
        assert sent(watch) == ["/app/changes", "/app/goes"]


async def test_what_the_container_has_lost_meanwhile_is_found(stack: Stack) -> None:
    await begin(stack, more='tmpfs: ["/app/fleeting"]')
    (stack.folder / "src" / "fleeting").mkdir()
    (stack.folder / "src" / "fleeting" / "a").write_text("x")
    (stack.folder / "src" / "lost").write_text("x")
    async with watching(stack) as watch:
        await watch.same()
        await watch.tells(Owed, has_all)
    container = stack.containers()["app-1"]
    assert container.exec_run(["rm", "/app/lost"]).exit_code == 0
    container.restart(timeout=0)
    async with watching(stack) as watch:
        await watch.same()
        await eventually(lambda: sent(watch) == ["/app/fleeting/a", "/app/lost"], timeout=60)


async def test_another_process_knows_and_repairs_what_devbox_brought_and_nobody_deleted(stack: Stack) -> None:
    await begin(stack, rule="initial_sync: false", more='volumes: ["v:/app"]')
    (stack.folder / "src" / "main.py").unlink()
    async with watching(stack) as watch:
        (watch.src / "brought").write_text("x")
        await eventually(lambda: watch.inside() == {"brought": "x"}, timeout=60)
        await watch.tells(Synced)
    (stack.folder / "src" / "brought").unlink()
    verified = stack.devbox("sync", "verify", "--json")
    assert [one["differences"] for one in json.loads(verified.stdout)] == [[{"path": "brought", "fault": "extra"}]]
    (status,) = json.loads(stack.devbox("sync", "status", "--json").stdout)
    assert (status["sent"], status["pending"], status["failed"]) == (0, 1, 0)
    assert stack.devbox("sync", "repair").returncode == 0
    assert stack.containers()["app-1"].exec_run(["ls", "/app"]).output == b""


async def test_a_container_made_anew_while_nobody_watched_gets_what_the_old_one_was_given(stack: Stack) -> None:
    await begin(stack, rule="initial_sync: false")
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.same()
        await watch.tells(Synced)
    await stack.done(Up(force_recreate=True))
    assert stack.containers()["app-1"].exec_run(["ls", "/app"]).exit_code
    async with watching(stack) as watch:
        await watch.same()
