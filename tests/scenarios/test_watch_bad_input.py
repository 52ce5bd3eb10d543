"""develop.watch on the real engine: targets, paths and rules that are odd or wrong."""

from __future__ import annotations

from devbox.plan.commands import Up
from devbox.sync.told import SyncFailed, Told
from tests.eventually import eventually
from tests.scenarios.stack import Stack
from tests.scenarios.watching import watching

ODD = """
services:
  app:
    <<: *apart
    command: sh -c "mkdir -p /folder/kept; echo own > /file; exec sleep 1000"
    volumes: ["full:/full", "fixed:/fixed:ro"]
    tmpfs: ["/small:size=64k"]
    develop:
      watch:
        - {action: sync, path: ./src, target: /not/there/yet, initial_sync: true}
        - {action: sync, path: ./src, target: /file, initial_sync: true}
        - {action: sync, path: ./one, target: /folder, initial_sync: true}
        - {action: sync, path: ./src, target: /fixed, initial_sync: true}
        - {action: sync, path: ./src, target: /full, initial_sync: true}
        - {action: sync, path: ./src, target: /small, initial_sync: true}
        - {action: sync, path: ./later, target: /later, initial_sync: true}
volumes:
  fixed: {}
  full: {driver: local, driver_opts: {type: tmpfs, device: tmpfs, o: "size=64k"}}
"""


async def test_what_is_in_the_way_of_a_rule_or_a_file_is_told_and_in_the_way_of_no_other(stack: Stack) -> None:
    src = stack.folder / "src"
    src.mkdir()
    (src / "a").write_text("x")
    (src / "loop").symlink_to(".")
    (stack.folder / "one").write_text("x")
    stack.write(ODD)
    await stack.done(Up())
    async with watching(stack) as watch:
        told = await watch.tells(SyncFailed)
        assert isinstance(told, SyncFailed)
        assert "/file/a: not a directory" in told.error
        assert 'cannot overwrite directory "/folder"' in told.error
        assert "/fixed is on a read-only file system." in told.error
        assert told.hint == "If /folder is a folder there, name the file: /folder/one"
        for folder in ("/not/there/yet", "/full", "/small"):
            await watch.same(folder=folder)

        (src / "big").write_text("b" * 200_000)  # more than two of them have room for
        (src / "small").write_text("s")
        (stack.folder / "later").mkdir()
        (stack.folder / "later" / "came").write_text("c")
        await watch.same(folder="/not/there/yet")
        await eventually(lambda: watch.inside(folder="/small").get("small") == "s", timeout=60)
        await eventually(lambda: watch.inside(folder="/full").get("small") == "s", timeout=60)
        await eventually(lambda: watch.inside(folder="/later") == {"came": "c"}, timeout=60)
        await watch.tells(SyncFailed, _has_no_space)
        (src / "big").write_text("less")
        for folder in ("/full", "/small"):
            await watch.same(folder=folder)
        container = stack.containers()["app-1"]
        assert container.exec_run(["ls", "/folder"]).output == b"kept\n"
        assert container.exec_run(["cat", "/file"]).output == b"own\n"


def _has_no_space(told: Told) -> bool:
    return isinstance(told, SyncFailed) and "no space left on device" in told.error.lower()


SEVERAL = """
services:
  app:
    <<: *apart
    volumes: ["./data:/app/deep/data"]
    develop:
      watch:
        - {action: sync, path: ./src, target: /app, initial_sync: true}
        - {action: sync, path: ./over, target: /app, initial_sync: true}
        - {action: sync, path: ./deep, target: /app/deep, initial_sync: true}
"""


async def test_of_rules_for_one_target_the_last_that_has_a_file_wins_and_no_deletion_takes_what_is_not_its_own(
    stack: Stack,
) -> None:
    for path in ("src/both", "src/mine", "over/both", "src/deep/gone", "deep/stays", "data/own"):
        (stack.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (stack.folder / path).write_text(path)
    stack.write(SEVERAL)
    await stack.done(Up())
    async with watching(stack) as watch:

        async def has(**files: str) -> None:
            wanted = {"both": files["both"], "mine": "src/mine", "deep": "/", "deep/stays": "deep/stays"}
            data = {"deep/data": "/", "deep/data/own": "data/own"}
            more = {"deep/gone": "src/deep/gone"} if "gone" in files else {}
            await eventually(lambda: watch.inside() == {**wanted, **data, **more}, timeout=60)

        await has(both="over/both", gone="")
        (stack.folder / "src" / "both").write_text("again")
        (stack.folder / "src" / "deep" / "gone").unlink()
        (stack.folder / "src" / "deep").rmdir()  # in the container it holds the other rule's file, and a mount
        await has(both="over/both")
        (stack.folder / "over" / "both").unlink()
        await has(both="again")
        assert (stack.folder / "data" / "own").read_text() == "data/own"
