"""Ctrl-C while a plan runs: once asks for a clean stop, twice leaves."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stopping(cancel: asyncio.Event, told: Callable[[], None]) -> Iterator[None]:
    """Within, the first SIGINT or SIGTERM sets `cancel` and calls `told`; the second cancels the task itself."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def stop() -> None:
        if not cancel.is_set():
            cancel.set()
            told()
        elif task is not None:
            task.cancel()

    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}
    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])
