"""develop.watch on the real engine: what others are known to stumble over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count

from devbox.plan.commands import Up
from devbox.sync.told import RebuildBegan
from tests.eventually import eventually
from tests.scenarios.stack import Stack
from tests.scenarios.watching import begin, watching


async def test_a_save_goes_out_while_another_file_is_written_all_the_time(stack: Stack) -> None:
    await begin(stack)
    async with watching(stack) as watch:

        async def write() -> None:
            for number in count():
                (watch.src / "log").write_text(str(number))
                await asyncio.sleep(0.01)

        writing = asyncio.create_task(write())
        try:
            (watch.src / "main.py").write_text("two")
            await eventually(lambda: watch.inside().get("main.py") == "two", timeout=60)
            assert not writing.done()
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing


async def test_an_initial_sync_brings_what_the_rule_includes_and_no_more(stack: Stack) -> None:
    await begin(stack, rule='initial_sync: true, include: ["**/*.py"], ignore: [skipped.py]')
    for name in ("kept/deep.py", "kept/deep.txt", "skipped.py", "other"):
        (stack.folder / "src" / name).parent.mkdir(exist_ok=True)
        (stack.folder / "src" / name).write_text("x")
    async with watching(stack) as watch:
        await eventually(lambda: {"main.py", "kept/deep.py"} <= watch.inside().keys(), timeout=60)
        assert watch.inside().keys() == {"main.py", "kept", "kept/deep.py"}


async def test_an_image_that_is_built_holds_no_sync_back(stack: Stack) -> None:
    (stack.folder / "src").mkdir()
    (stack.folder / "deps").write_text("one")
    stack.write("""
        services:
          app:
            <<: *apart
            develop:
              watch:
                - {action: rebuild, path: ./deps}
                - {action: sync, path: ./src, target: /app}
        """)
    await stack.done(Up())
    go_on = asyncio.Event()

    async def rebuild(service: str) -> None:
        await go_on.wait()

    async with watching(stack, rebuild) as watch:
        (stack.folder / "deps").write_text("two")
        await watch.tells(RebuildBegan)
        (watch.src / "main.py").write_text("two")
        await watch.same()
        go_on.set()
