"""develop.watch on the real engine: what follows once files are in the containers."""

from __future__ import annotations

import asyncio

import pytest

from devbox.plan.commands import Up
from devbox.sync.told import Rebuilt, Reloaded, Synced
from tests.eventually import eventually
from tests.scenarios.stack import Stack
from tests.scenarios.watching import Watching, begin, watching


async def test_a_command_runs_after_the_files_are_there(stack: Stack) -> None:
    rule = 'exec: {command: [sh, -c, "cat /app/main.py > /seen"]}'
    await begin(stack, action="sync+exec", rule=rule)
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.tells(Reloaded)
        assert stack.containers()["app-1"].exec_run(["cat", "/seen"]).output == b"two"


SAYS = 'exec: {command: [sh, -c, "echo broken; exit 3"]}'


async def test_a_command_that_fails_is_told_with_what_it_said_and_done_once_it_can_be(stack: Stack) -> None:
    await begin(stack, action="sync+exec", rule='exec: {command: [sh, -c, "[ -e /up ] || { echo not up; exit 3; }"]}')
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        told = await watch.tells(Reloaded)
        assert isinstance(told, Reloaded)
        assert (told.error, told.again) == ("exit code 3: not up", 0.5)
        assert stack.containers()["app-1"].exec_run(["touch", "/up"]).exit_code == 0
        told = await watch.tells(Reloaded, lambda told: isinstance(told, Reloaded) and not told.error)
        assert isinstance(told, Reloaded)
        assert told.files == 1


async def test_a_command_that_goes_on_failing_is_given_up_until_the_next_save(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses(monkeypatch, 0.01)
    await begin(stack, action="sync+exec", rule=SAYS)
    async with watching(stack) as watch:
        for save in (1, 2):
            (watch.src / "main.py").write_text(f"save {save}")
            await eventually(lambda each=save: given_up(watch) == each, timeout=60)
        hows = [told.error for told in watch.told if isinstance(told, Reloaded)]
        assert hows[:8] == ["exit code 3: broken"] * 8
        assert hows[8] == "exit code 3: broken; given up after 9 attempts, the next save tries again"


def pauses(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for name in ("FIRST", "LONGEST"):
        monkeypatch.setattr(f"devbox.session.reload.{name}", seconds)


def given_up(watch: Watching) -> int:
    return sum(isinstance(told, Reloaded) and not told.again for told in watch.told)


async def test_a_save_does_not_wait_for_the_next_attempt_of_one_before_nor_of_another_rule(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses(monkeypatch, 1000.0)
    await begin(stack, action="sync+exec", rule=SAYS)
    (stack.folder / "conf").write_text("one")
    rule = "        - {action: sync+exec, path: ./conf, target: /conf, exec: {command: ['true']}}\n"
    stack.file.write_text(stack.file.read_text().replace("      watch:\n", f"      watch:\n{rule}"))
    async with watching(stack) as watch:
        for save in (1, 2):
            (watch.src / "main.py").write_text(f"save {save}")
            await eventually(lambda each=save: failed(watch) == each, timeout=60)
        (stack.folder / "conf").write_text("two")
        await watch.tells(Reloaded, lambda told: isinstance(told, Reloaded) and not told.error)


def failed(watch: Watching) -> int:
    return sum(isinstance(told, Reloaded) and bool(told.again) for told in watch.told)


RELOAD = "initial_sync: false, x-devbox: {{reload: {}}}"
LISTENS = """command: [sh, -c, "trap 'cat /app/main.py >> /seen' HUP; while :; do sleep 0.05; done"]"""


async def test_a_signal_follows_the_files(stack: Stack) -> None:
    await begin(stack, rule=RELOAD.format("{signal: HUP}"), more=LISTENS)
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        told = await watch.tells(Reloaded)
        assert isinstance(told, Reloaded)
        assert (told.how, told.error, told.files) == ("SIGHUP", "", 1)
        await eventually(lambda: watch.stack.containers()["app-1"].exec_run(["cat", "/seen"]).output == b"two", 30)


async def test_a_reload_that_the_engine_refused_is_done_once_it_can_be(stack: Stack) -> None:
    # Files reach it by the bind mount while it is paused; the command cannot run.
    await begin(stack, rule=RELOAD.format("{exec: [touch, /reloaded]}"), more='volumes: ["./src:/app"]')
    async with watching(stack) as watch:
        container = stack.containers()["app-1"]
        container.pause()
        (watch.src / "main.py").write_text("two")
        await watch.tells(Reloaded, lambda told: isinstance(told, Reloaded) and bool(told.error and told.again))
        container.unpause()
        await watch.tells(Reloaded, lambda told: isinstance(told, Reloaded) and not told.error)
        assert container.exec_run(["ls", "/reloaded"]).exit_code == 0


async def test_sync_and_restart_restarts_with_the_file_in_place(stack: Stack) -> None:
    await begin(stack, action="sync+restart", rule="initial_sync: false")
    before = stack.containers()["app-1"].attrs["State"]["StartedAt"]
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.tells(Reloaded)
        await watch.same()
        assert stack.containers()["app-1"].attrs["State"]["StartedAt"] > before


async def test_a_single_file_asks_for_a_restart_also_when_an_editor_replaces_it(stack: Stack) -> None:
    (stack.folder / "conf.ini").write_text("a")
    stack.write("""
        services:
          app:
            <<: *apart
            develop: {watch: [{action: restart, path: ./conf.ini}]}
        """)
    await stack.done(Up())
    async with watching(stack) as watch:
        (stack.folder / "conf.new").write_text("b")
        (stack.folder / "conf.new").replace(stack.folder / "conf.ini")
        told = await watch.tells(Reloaded)
        assert isinstance(told, Reloaded)
        assert told.error == ""


async def test_many_changes_while_an_image_is_built_ask_for_one_more_build(stack: Stack) -> None:
    await begin(stack, action="rebuild", rule="initial_sync: false")
    building, go_on, asked = asyncio.Event(), asyncio.Event(), []

    async def rebuild(service: str) -> None:
        asked.append(service)
        building.set()
        await go_on.wait()

    async with watching(stack, rebuild) as watch:
        (watch.src / "main.py").write_text("1")
        await building.wait()
        seen = len(watch.told)
        for number in range(3):
            (watch.src / "main.py").write_text(f"again {number}")
            await eventually(lambda at=seen + number: len(watch.told) > at, timeout=30)
        go_on.set()
        await eventually(lambda: sum(isinstance(one, Rebuilt) for one in watch.told) == 2, timeout=30)
        assert asked == ["app", "app"]


async def test_a_reload_by_hand_of_a_service_that_has_a_restart_among_its_rules_is_that_restart_alone(
    stack: Stack,
) -> None:
    await begin(stack, rule=RELOAD.format("{signal: HUP}"), more=LISTENS)
    text = stack.file.read_text()
    stack.file.write_text(text.replace("      watch:\n", "      watch:\n        - {action: restart, path: ./conf}\n"))
    (stack.folder / "conf").mkdir()
    async with watching(stack) as watch:
        watch.watch.reload(["app"])
        await watch.tells(Reloaded)
        (watch.src / "main.py").write_text("two")
        await watch.tells(Reloaded, lambda told: isinstance(told, Reloaded) and bool(told.files))
        hows = [told.how for told in watch.told if isinstance(told, Reloaded)]
        assert len(hows) == 2
        assert hows[0] == "restart"


async def test_what_was_deleted_in_an_earlier_watch_asks_for_no_reload_in_the_next(stack: Stack) -> None:
    await begin(stack, rule="initial_sync: true, x-devbox: {reload: {exec: ['true']}}")
    async with watching(stack) as watch:
        (watch.src / "passing").write_text("x")
        await watch.same()
        (watch.src / "passing").unlink()
        await watch.same()
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.tells(Synced)
        since = next(index for index, told in enumerate(watch.told) if isinstance(told, Synced))
        await eventually(lambda: any(isinstance(told, Reloaded) for told in watch.told[since:]))
        assert [told.files for told in watch.told if isinstance(told, Reloaded)] == [1]
