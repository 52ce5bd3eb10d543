"""Processes that a debugged one begins are debugged before they run a line of their own."""

from __future__ import annotations

from pathlib import Path

from devbox.debug.model import Breakpoint
from tests.debug.target import target
from tests.debug.world import World

FORKING = """
import multiprocessing, subprocess, sys, time

def work(number):
    total = number * 10
    print("child", total, flush=True)

if __name__ == "__main__":
    print("ready", flush=True)
    for line in sys.stdin:
        context = multiprocessing.get_context(line.strip())
        process = context.Process(target=work, args=(4,))
        process.start()
        process.join()
        print("joined", process.exitcode, flush=True)
"""
LINE = 5


async def test_a_new_child_stops_at_breakpoints_that_were_there_before_it(tmp_path: Path) -> None:
    async with target(tmp_path, FORKING) as app, World.open(tmp_path, app) as world:
        await app.answered("ready")
        await world.attached()
        world.debugging.put(one := Breakpoint(path=str(app.file), line=LINE))
        await world.bound(one)
        for way in ("spawn", "fork", "spawn"):  # the second of the same: as after a hot reload
            await app.say(way)
            process, thread = await world.stands(LINE)
            parent = world.told().processes[0]
            assert process.id != parent.id
            assert process.pid not in (0, parent.pid)
            assert thread.stop
            value = await world.debugging.evaluate(process.id, "number", thread.stop.frames[0].id)
            assert value.value == "4"
            await world.debugging.go_on(process.id, thread.id)
            await app.answered("child 40")
            await app.answered("joined 0")
            gone = process.id
            await world.eventually(lambda gone=gone: all(one.id != gone for one in world.told().processes))


async def test_leaving_lets_parent_and_child_go_on(tmp_path: Path) -> None:
    async with target(tmp_path, FORKING) as app:
        await app.answered("ready")
        async with World.open(tmp_path, app) as world:
            await world.attached()
            world.debugging.put(one := Breakpoint(path=str(app.file), line=LINE))
            await world.bound(one)
            await app.say("fork")
            await world.stands(LINE)
        await app.answered("child 40")
        await app.answered("joined 0")
