"""A command, or a whole container, with this process's own terminal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.adapters import execs
from devbox.adapters.exchange import Exchange
from devbox.adapters.execs import ExecSpec
from devbox.adapters.failures import Garbled, root
from devbox.adapters.terminal import Terminal, terminal_size
from devbox.adapters.threads import Threads
from devbox.adapters.waiting import Waiting
from devbox.errors import EngineError

if TYPE_CHECKING:
    from devbox.adapters.api import Api

Resize = Callable[[int, int], None]
"""Tell the engine the terminal's rows and columns."""


async def interact(api: Api, threads: Threads, container: str, spec: ExecSpec) -> int:
    """Run `spec` with the terminal joined to it; its exit code."""
    if spec.tty:
        spec = replace(spec, size=terminal_size(1))
    id = await threads.call(lambda: execs.make(api, container, spec))
    exchange = await threads.call(lambda: execs.begin(api, id, spec))

    def resize(rows: int, columns: int) -> None:
        api.sdk().exec_resize(id, rows, columns)

    await _joined(api, threads, exchange, resize, tty=spec.tty, stdin=spec.stdin)
    return await threads.call(lambda: execs.exit_code(api, id))


async def attach(api: Api, threads: Threads, container: str, *, tty: bool, stdin: bool) -> int:
    """Start a created container with the terminal joined to it; its exit code."""
    streams = {"stream": True, "stdin": stdin, "stdout": True, "stderr": True}
    path = f"/containers/{container}/attach"
    exchange = await threads.call(lambda: api.wire.open("POST", path, streams, upgrade=True))
    # Waited for before the start, since a container may be gone the moment it ends.
    waiting = Waiting(api, container, "next-exit")

    def resize(rows: int, columns: int) -> None:
        api.sdk().resize(container, rows, columns)

    with contextlib.closing(exchange), contextlib.closing(waiting):
        await threads.call(waiting.begin, cancel=waiting.close)
        await threads.call(lambda: api.sdk().start(container))
        await _joined(api, threads, exchange, resize, tty=tty, stdin=stdin)
        return await threads.call(waiting.end, cancel=waiting.close)


async def _joined(api: Api, threads: Threads, exchange: Exchange, resize: Resize, *, tty: bool, stdin: bool) -> None:
    terminal = Terminal()

    def fit() -> None:
        if size := terminal.size():
            # Refused where the process has ended meanwhile.
            with contextlib.suppress(EngineError):
                resize(*size)

    def carry() -> None:
        if tty:
            fit()
        terminal.join(exchange, tty=tty, stdin=stdin, resized=fit)

    with (
        contextlib.closing(exchange),
        contextlib.closing(terminal),
        terminal.raw(tty and stdin),
        terminal.watching_size(tty),
    ):
        await _carried(api, threads, terminal, exchange, carry)


async def _carried(
    api: Api, threads: Threads, terminal: Terminal, exchange: Exchange, carry: Callable[[], None]
) -> None:
    """Until `carry` ends, also when cancelled: the terminal must not be read from any more after this."""
    ending = asyncio.ensure_future(threads.call(carry))
    try:
        await asyncio.shield(ending)
    except (OSError, Garbled) as error:
        raise api.wire.lost(error) from root(error)
    except asyncio.CancelledError:
        terminal.stop()
        exchange.close()
        await asyncio.wait([ending], timeout=1)
        raise
