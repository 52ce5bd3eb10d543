"""develop.watch on the real engine: what is saved is in the containers."""

from __future__ import annotations

import asyncio
import io
import os
import random
import shutil
import tarfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devbox.adapters.host_tree import HostTree
from devbox.errors import DevboxError
from devbox.plan.commands import Up
from devbox.session.rebuilds import Rebuild
from devbox.session.verify import verify
from devbox.session.watch import Watch
from devbox.sync.rules import Rule
from devbox.sync.told import LoopStopped, Rebuilt, Reloaded, Synced, SyncFailed, Told, WatchBegan
from tests.eventually import eventually
from tests.scenarios.stack import Stack

RULE = """
services:
  app:
    <<: *service
    {more}
    develop:
      watch:
        - {{action: {action}, path: ./src, target: /app, {rule}}}
volumes: {{v: {{}}, w: {{}}}}
"""


@dataclass
class Watching:
    """A watch that runs, and what it told."""

    stack: Stack
    rules: Sequence[Rule] = ()
    told: list[Told] = field(default_factory=list)

    @property
    def src(self) -> Path:
        return self.stack.folder / "src"

    def inside(self, container: str = "app-1", folder: str = "/app") -> dict[str, str]:
        """Relative path -> content, "/" for a folder, "-> there" for a link."""
        done = self.stack.containers()[container].exec_run(["tar", "-c", "-C", folder, "."])
        if done.exit_code:  # the folder is not there yet
            return {}
        with tarfile.open(fileobj=io.BytesIO(done.output)) as tar:
            return {name: _shown(tar, one) for one in tar if (name := one.name.removeprefix(".").strip("/"))}

    def outside(self) -> dict[str, str]:
        """The same of the folder on this machine."""
        found = {}
        for path in sorted(self.src.rglob("*")):
            name = str(path.relative_to(self.src))
            if path.is_symlink():
                found[name] = f"-> {os.readlink(path)}"
            else:
                found[name] = "/" if path.is_dir() else path.read_text()
        return found

    async def same(self, container: str = "app-1", folder: str = "/app") -> None:
        """Wait until both sides are the same."""

        def differences() -> bool:
            return self.inside(container, folder) == self.outside()

        await eventually(differences, timeout=60, message="the container has not what the folder has")

    async def tells(self, kind: type[Told], when: Callable[[Told], bool] = lambda told: True) -> Told:
        """Wait for something that it tells."""
        found = await eventually(
            lambda: next((one for one in self.told if isinstance(one, kind) and when(one)), None),
            timeout=60,
            message=f"it never told {kind.__name__}",
        )
        assert found is not None
        return found


def _shown(tar: tarfile.TarFile, one: tarfile.TarInfo) -> str:
    if one.issym():
        return f"-> {one.linkname}"
    if one.isdir():
        return "/"
    file = tar.extractfile(one)
    assert file is not None
    return file.read().decode()


async def no_rebuild(service: str) -> None:
    raise DevboxError(f"nobody builds {service} here")


@asynccontextmanager
async def watching(stack: Stack, rebuild: Rebuild = no_rebuild) -> AsyncIterator[Watching]:
    """The stack's rules, watched; it has begun when this is entered."""
    found = Watching(stack)
    project = stack.project()
    services = [service for service in project.services.values() if service.watch]
    watch = Watch(
        project.name,
        services,
        sources=HostTree(),
        rebuild=rebuild,
        tell=found.told.append,
        now=lambda: 0.0,
    )
    found.rules = watch.rules
    task = asyncio.create_task(watch.run(stack.engine))
    try:
        await found.tells(WatchBegan)
        yield found
    finally:
        task.cancel()
        await asyncio.wait([task])


async def begin(stack: Stack, action: str = "sync", rule: str = "initial_sync: true", more: str = "") -> None:
    src = stack.folder / "src"
    src.mkdir()
    (src / "main.py").write_text("one")
    stack.write(RULE.format(action=action, rule=rule, more=more))
    await stack.done(Up())


async def test_the_container_is_like_the_folder_through_all_that_one_does_to_files(stack: Stack) -> None:
    await begin(stack)
    async with watching(stack) as watch:
        await watch.same()
        src = watch.src
        (src / "main.py").write_text("two")
        (src / "new").mkdir()
        (src / "new" / "with space ä").write_text("x")
        (src / "empty").mkdir()
        (src / "link").symlink_to("main.py")
        await watch.same()
        (src / "new").rename(src / "renamed")
        (src / "link").unlink()
        (src / "empty").rmdir()
        (src / "saved.tmp").write_text("three")
        (src / "saved.tmp").replace(src / "main.py")
        await watch.same()
        (src / "main.py").rename(src / "Main.py")
        await watch.same()
        shutil.rmtree(src / "renamed")
        (src / "renamed").write_text("a file now")
        await watch.same()


async def test_modes_are_kept_and_files_belong_to_whom_the_container_runs_as(stack: Stack) -> None:
    await begin(stack, more='user: "1234:1235"')
    async with watching(stack) as watch:
        (watch.src / "run.sh").write_text("#!")
        (watch.src / "run.sh").chmod(0o750)

        def looks() -> bool:
            done = stack.containers()["app-1"].exec_run(["stat", "-c", "%a %u %g", "/app/run.sh"])
            return done.output.decode().strip() == "750 1234 1235"

        await eventually(looks, timeout=30)


async def test_a_tmpfs_is_filled_and_filled_again_after_a_restart(stack: Stack) -> None:
    await begin(stack, more="tmpfs: [/app]")
    async with watching(stack) as watch:
        await watch.same()
        stack.containers()["app-1"].restart(timeout=0)
        await watch.same()


async def test_a_recreated_container_gets_what_was_saved_before(stack: Stack) -> None:
    await begin(stack, rule="initial_sync: false")
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.same()
        await stack.done(Up(force_recreate=True))
        await watch.same()


async def test_a_volume_that_services_share_is_written_once(stack: Stack) -> None:
    (stack.folder / "src").mkdir()
    (stack.folder / "src" / "a").write_text("x")
    stack.write("""
        x-watched: &watched
          <<: *service
          volumes: [v:/app]
          develop: {watch: [{action: sync, path: ./src, target: /app, initial_sync: true}]}
        services: {one: *watched, two: *watched}
        volumes: {v: {}}
        """)
    await stack.done(Up())
    async with watching(stack) as watch:
        await watch.same("one-1")
        (watch.src / "b").write_text("y")
        await watch.same("two-1")
        written = [path for one in watch.told if isinstance(one, Synced) for path in one.paths]
        assert sorted(written) == ["/app/a", "/app/b"]


async def test_each_replica_is_synced(stack: Stack) -> None:
    await begin(stack, more="scale: 2")
    async with watching(stack) as watch:
        await watch.same("app-1")
        await watch.same("app-2")


async def test_a_bind_mount_is_left_alone_and_said_so(stack: Stack) -> None:
    await begin(stack, more='volumes: ["./src:/app"]')
    async with watching(stack) as watch:
        began = await watch.tells(WatchBegan)
        assert isinstance(began, WatchBegan)
        assert began.idle == ("/app: a folder of this machine is mounted there, nothing is to be copied",)


async def test_a_read_only_target_is_told_and_holds_nobody_else_back(stack: Stack) -> None:
    (stack.folder / "src").mkdir()
    stack.write("""
        x-watched: &watched
          <<: *service
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
        assert failed.error.endswith("fixed-1: /app is on a read-only file system.")


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
        assert failed.error.endswith("/app/main.py cannot be deleted: the image has no `rm`.")


async def test_a_rule_may_name_a_folder_beside_the_project(stack: Stack) -> None:
    beside = stack.folder.parent / f"{stack.folder.name}-beside"
    beside.mkdir()
    (stack.folder / "src").symlink_to(beside)
    stack.write(RULE.format(action="sync", rule="", more="").replace("./src", f"../{beside.name}"))
    await stack.done(Up())
    async with watching(stack) as watch:
        (beside / "lib.py").write_text("x")
        await watch.same()


async def test_a_command_runs_after_the_files_are_there(stack: Stack) -> None:
    rule = 'exec: {command: [sh, -c, "cat /app/main.py > /seen"]}'
    await begin(stack, action="sync+exec", rule=rule)
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        await watch.tells(Reloaded)
        assert stack.containers()["app-1"].exec_run(["cat", "/seen"]).output == b"two"


async def test_a_command_that_fails_is_told_with_what_it_said(stack: Stack) -> None:
    await begin(stack, action="sync+exec", rule='exec: {command: [sh, -c, "echo broken; exit 3"]}')
    async with watching(stack) as watch:
        (watch.src / "main.py").write_text("two")
        told = await watch.tells(Reloaded)
        assert isinstance(told, Reloaded)
        assert (told.error, told.again) == ("exit code 3: broken", 0.0)


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
            <<: *service
            develop: {watch: [{action: restart, path: ./conf.ini}]}
        """)
    await stack.done(Up())
    async with watching(stack) as watch:
        (stack.folder / "conf.new").write_text("b")
        (stack.folder / "conf.new").replace(stack.folder / "conf.ini")
        told = await watch.tells(Reloaded)
        assert isinstance(told, Reloaded)
        assert told.error == ""


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
        async with aclosing(verify(stack.engine, HostTree(), stack.project(), watch.rules)) as found:
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
