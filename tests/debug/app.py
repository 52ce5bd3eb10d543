"""A program to be debugged, and how it is had to stop."""

from __future__ import annotations

from devbox.debug.model import Breakpoint
from tests.debug.target import Target
from tests.debug.world import World

APP = """
import sys, threading

class Raises:
    def __repr__(self):
        raise ValueError("no repr")

class Huge:
    def __repr__(self):
        return "x" * 100_000_000

class Endless:
    @property
    def x(self):
        while True:
            pass

def answer(x):
    numbers = list(range(1000))
    nested = {"a": [1, {"b": 2}]}
    broken, huge, endless = Raises(), Huge(), Endless()
    y = x * 2
    return y + 1

def fail():
    try:
        raise LookupError("no such job")
    except LookupError:
        print("raised", flush=True)

def deep(n):
    return answer(n) if n == 0 else deep(n - 1)

threading.Thread(target=threading.Event().wait, daemon=True, name="idle").start()
print("ready", flush=True)
for line in sys.stdin:
    word, _, value = line.strip().partition(" ")
    if word == "say":
        print(value, flush=True)
    elif word == "raise":
        fail()
    elif word == "deep":
        print(deep(int(value)), flush=True)
    else:
        print(answer(int(value)), flush=True)
"""
LINE = 22
"""y = x * 2"""


async def stop(world: World, app: Target, said: str = "answer 3", line: int = LINE) -> tuple[int, int, int]:
    """Have it stop at the line; process, thread and frame."""
    one = Breakpoint(path=str(app.file), line=line)
    world.debugging.put(one)
    await world.bound(one)
    await app.say(said)
    process, thread = await world.stands(line)
    assert thread.stop
    return process.id, thread.id, thread.stop.frames[0].id
