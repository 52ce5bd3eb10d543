"""The bridge from blocking calls to the loop: order, ends, failures, closing from outside, the exit of the process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import aclosing, closing

import pytest

from devbox.adapters.threads import Threads, ahead, batches
from tests.eventually import eventually


class Scripted:
    """A source that gives these batches and then blocks until it is closed, ends, or fails."""

    def __init__(self, *script: list[int], then: BaseException | None = None, ends: bool = False) -> None:
        self.script = list(script)
        self.then = then
        self.ends = ends
        self.closed = threading.Event()
        self.reads = 0

    def read(self) -> list[int] | None:
        self.reads += 1
        if self.script:
            return self.script.pop(0)
        if self.then:
            raise self.then
        if not self.ends:
            self.closed.wait()
        return None

    def close(self) -> None:
        self.closed.set()


async def taken(source: Scripted, limit: int = 100) -> list[int]:
    found: list[int] = []
    async with aclosing(batches(lambda: source, limit)) as stream:
        async for batch in stream:
            found += batch
    return found


async def test_everything_arrives_in_order() -> None:
    assert await taken(Scripted([1, 2], [], [3], ends=True)) == [1, 2, 3]


async def test_an_empty_first_batch_is_delivered() -> None:
    async with aclosing(batches(lambda: Scripted([]), 10)) as stream:
        assert await anext(stream) == []


async def test_a_failure_comes_after_what_was_read_before_it() -> None:
    found: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        async with aclosing(batches(lambda: Scripted([1], then=ValueError("broken")), 10)) as stream:
            async for batch in stream:
                found += batch
    assert found == [1]


async def test_a_source_that_cannot_be_opened() -> None:
    def refuse() -> Scripted:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        await anext(batches(refuse, 10))


async def test_closing_from_outside_unblocks_the_reader() -> None:
    source = Scripted([1])
    stream = batches(lambda: source, 10)
    assert await anext(stream) == [1]
    await stream.aclose()
    assert source.closed.is_set()


async def test_cancelling_the_reader_closes_the_source() -> None:
    source = Scripted()
    task = asyncio.create_task(taken(source))
    await eventually(lambda: source.reads)
    task.cancel()
    await asyncio.wait([task])
    assert source.closed.is_set()


async def test_the_reader_pauses_for_a_slow_taker() -> None:
    source = Scripted(*([n] * 10 for n in range(50)), ends=True)
    stream = batches(lambda: source, 30)
    first = await anext(stream)
    await eventually(lambda: source.reads >= 3)
    rest: list[int] = []
    async for batch in stream:
        assert len(batch) <= 40
        rest += batch
    assert len(first) + len(rest) == 500


async def test_a_source_opened_after_the_close_is_closed_too() -> None:
    gate, source = threading.Event(), Scripted()

    def slow() -> Scripted:
        gate.wait()
        return source

    stream = batches(slow, 10)
    waiting = asyncio.ensure_future(anext(stream))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    gate.set()
    await eventually(source.closed.is_set)


async def test_calls_run_side_by_side_and_raise_what_they_raise() -> None:
    threads, barrier = Threads(), threading.Barrier(20, timeout=10)
    assert len(await asyncio.gather(*(threads.call(barrier.wait) for _ in range(20)))) == 20
    with pytest.raises(ZeroDivisionError):
        await threads.call(lambda: 1 // 0)


async def test_threads_are_used_again() -> None:
    threads = Threads()
    names = {await threads.call(lambda: threading.get_ident()) for _ in range(20)}
    assert len(names) <= 2


async def test_a_cancelled_call_is_told_and_not_waited_for() -> None:
    threads, told, gate = Threads(), threading.Event(), threading.Event()
    task = asyncio.create_task(threads.call(gate.wait, cancel=told.set))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told.is_set()
    gate.set()


EXIT = """
import asyncio, threading, time
from devbox.adapters.threads import Threads, ahead, batches
class Endless:
    def read(self): time.sleep(3600)
    def close(self): pass
async def main():
    threads = Threads()
    streams = [batches(Endless, 10) for _ in range(20)]
    tasks = [asyncio.create_task(anext(stream)) for stream in streams]
    tasks += [asyncio.create_task(threads.call(lambda: time.sleep(3600))) for _ in range(20)]
    await asyncio.sleep(0.1)
    print(threading.active_count(), flush=True)
asyncio.run(main())
"""


def test_twenty_streams_and_calls_that_never_end_do_not_hold_the_exit() -> None:
    ended = subprocess.run([sys.executable, "-c", EXIT], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert int(ended.stdout) == 41


def counted(made: list[int], end: int, failure: Exception | None = None) -> Iterator[int]:
    for number in range(end):
        made.append(number)
        yield number
    if failure is not None:
        raise failure


def test_pieces_that_are_made_ahead_come_in_order() -> None:
    assert list(ahead(counted([], 100), 3)) == list(range(100))


def test_a_single_piece_is_made_when_it_is_wanted() -> None:
    made: list[int] = []
    pieces = ahead(counted(made, 1), 3)
    assert (list(made), list(pieces), made) == ([], [0], [0])


async def test_so_many_pieces_are_made_ahead_and_no_more_once_nobody_takes_them() -> None:
    made: list[int] = []
    with closing(ahead(counted(made, 10**9), 3)) as pieces:
        assert [next(pieces), next(pieces)] == [0, 1]
        await eventually(lambda: len(made) == 6)  # two taken, three ready, one that waits for room
    working = [one for one in threading.enumerate() if one.name == "devbox-ahead"]
    await eventually(lambda: not any(one.is_alive() for one in working))


def test_what_fails_ahead_fails_where_the_pieces_are_taken() -> None:
    pieces = ahead(counted([], 3, ValueError("broken")), 9)
    assert [next(pieces) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="broken"):
        next(pieces)
