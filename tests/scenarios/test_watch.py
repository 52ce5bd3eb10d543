"""develop.watch on the real engine: what is saved is in the containers."""

from __future__ import annotations

import shutil

from devbox.plan.commands import Up
from devbox.sync.told import Synced, WatchBegan
from tests.eventually import eventually
from tests.scenarios.stack import Stack
from tests.scenarios.watching import RULE, begin, watching


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


async def test_what_is_deleted_goes_where_root_has_no_capabilities_too(stack: Stack) -> None:
    await begin(stack, more='user: "1234:1235"\n    cap_drop: [ALL]')
    async with watching(stack) as watch:
        (watch.src / "sub").mkdir()
        (watch.src / "sub" / "gone").write_text("x")
        await watch.same()
        (watch.src / "sub" / "gone").unlink()
        await watch.same()


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


async def test_a_volume_that_services_share_is_written_once_and_both_tell_of_it(stack: Stack) -> None:
    (stack.folder / "src").mkdir()
    (stack.folder / "src" / "a").write_text("x")
    stack.write("""
        x-watched: &watched
          <<: *apart
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
        await watch.tells(Synced, lambda told: isinstance(told, Synced) and "/app/b" in told.paths)
        (watch.src / "b").unlink()
        await watch.tells(Synced, lambda told: isinstance(told, Synced) and bool(told.deleted and told.through))
        synced = [one for one in watch.told if isinstance(one, Synced)]
        own, shared = [[one for one in synced if bool(one.through) is through] for through in (False, True)]
        assert [(one.paths, one.deleted) for one in own] == [
            (("/app/a",), ()),
            (("/app/b",), ()),
            ((), ("/app/b",)),
        ]
        assert [(one.paths, one.deleted, one.size) for one in shared] == [(two.paths, two.deleted, 0) for two in own]
        assert [one.through for one in shared] == [one.service for one in own]
        assert all({one.service, two.service} == {"one", "two"} for one, two in zip(own, shared, strict=True))


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


async def test_a_rule_may_name_a_folder_beside_the_project(stack: Stack) -> None:
    beside = stack.folder.parent / f"{stack.folder.name}-beside"
    beside.mkdir()
    (stack.folder / "src").symlink_to(beside)
    stack.write(RULE.format(action="sync", rule="", more="").replace("./src", f"../{beside.name}"))
    await stack.done(Up())
    async with watching(stack) as watch:
        (beside / "lib.py").write_text("x")
        await watch.same()
