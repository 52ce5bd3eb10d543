"""The bridge between blocking calls and the event loop, on daemon threads of its own.

The loop's default executor is joined at exit, so one endless read in it hangs the exit; nothing here is joined.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sized
from itertools import islice
from queue import Empty, Queue, SimpleQueue
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
B = TypeVar("B", bound=Sized)
B_co = TypeVar("B_co", bound=Sized, covariant=True)
"""A batch: a list, or another thing that has a length."""


class Threads:
    """Daemon threads for blocking calls: as many as there are calls at once, kept for the next ones."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._idle = threading.Semaphore(0)

    async def call(self, function: Callable[[], T], *, cancel: Callable[[], None] | None = None) -> T:
        """Run `function` off the loop. When cancelled, call `cancel` to unblock it and do not await its end."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def finish(result: T | None, failure: BaseException | None) -> None:
            if future.done():
                return
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(result)  # type: ignore[arg-type]

        def job() -> None:
            result, failure = None, None
            try:
                result = function()
            except BaseException as error:  # noqa: BLE001 - raised again where the call is awaited
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(finish, result, failure)

        self._jobs.put(job)
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._work, name="devbox-call", daemon=True).start()
        try:
            return await future
        except asyncio.CancelledError:
            if cancel is not None:
                cancel()
            raise

    def _work(self) -> None:
        while True:
            self._jobs.get()()
            self._idle.release()


def ahead(pieces: Iterable[T], count: int) -> Iterator[T]:
    """The same pieces; from the second one on up to `count` of them are made, on another thread, before they are taken.
    Closing the iterator ends the making."""
    making = iter(pieces)
    yield from islice(making, 1)
    maker = _Maker(making, count)
    threading.Thread(target=maker.run, name="devbox-ahead", daemon=True).start()
    try:
        yield from maker.taken()
    finally:
        maker.close()


class _Maker(Generic[T]):
    """The thread's side of `ahead`."""

    def __init__(self, pieces: Iterator[T], count: int) -> None:
        self._pieces = pieces
        self._made: Queue[T | None] = Queue(count)
        """None: that was the last."""
        self._failure: BaseException | None = None
        self._closed = False

    def run(self) -> None:
        try:
            for piece in self._pieces:
                if self._closed:
                    return
                self._made.put(piece)
        except BaseException as error:  # noqa: BLE001 - raised again where the pieces are taken
            self._failure = error
        self._made.put(None)

    def taken(self) -> Iterator[T]:
        while (piece := self._made.get()) is not None:
            yield piece
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        self._closed = True
        with contextlib.suppress(Empty):  # the maker may wait for room
            while True:
                self._made.get_nowait()


class Source(Protocol[B_co]):
    """A blocking stream. `close` may be called from any thread and makes a blocked `read` return soon."""

    def read(self) -> B_co | None:
        """The next batch, maybe empty; None at the end."""

    def close(self) -> None: ...


async def batches(open: Callable[[], Source[B]], limit: int) -> AsyncGenerator[B, None]:
    """Read the source that `open` makes, on a daemon thread; yield its batches.

    The reader pauses while `limit` items or more wait to be taken. Closing the iterator closes the source.
    """
    reader = _Reader(open, limit, asyncio.get_running_loop())
    threading.Thread(target=reader.run, name="devbox-stream", daemon=True).start()
    try:
        while True:
            await reader.wake.wait()
            reader.wake.clear()
            came, ended = reader.take()
            for batch in came:
                yield batch
            if ended:
                if reader.failure is not None:
                    raise reader.failure
                return
    finally:
        reader.close()


class _Reader(Generic[B]):
    """The thread's side of `batches`."""

    def __init__(self, open: Callable[[], Source[B]], limit: int, loop: asyncio.AbstractEventLoop) -> None:
        self.wake = asyncio.Event()
        self.failure: BaseException | None = None
        self._open = open
        self._limit = limit
        self._loop = loop
        self._change = threading.Condition()
        self._waiting: list[B] = []
        self._source: Source[B] | None = None
        self._ended = False
        self._closed = False

    def run(self) -> None:
        try:
            self._read()
        except BaseException as error:  # noqa: BLE001 - raised again where the batches are awaited
            self.failure = error
        with self._change:
            self._ended = True
        self._notify()

    def _read(self) -> None:
        source = self._open()
        try:
            with self._change:
                self._source = source
            while not self._closed and (batch := source.read()) is not None:
                with self._change:
                    first = not self._waiting
                    self._waiting.append(batch)
                if first:
                    self._notify()
                with self._change:
                    self._change.wait_for(lambda: self._closed or sum(map(len, self._waiting)) < self._limit)
        finally:
            source.close()

    def take(self) -> tuple[list[B], bool]:
        """What has come, and whether it was the last."""
        with self._change:
            came, self._waiting = self._waiting, []
            self._change.notify()
            return came, self._ended

    def close(self) -> None:
        with self._change:
            self._closed = True
            source = self._source
            self._change.notify()
        if source is not None:
            source.close()

    def _notify(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self.wake.set)
