"""A command, or a whole container, with this process's own terminal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from devbox.adapters import execs
from devbox.adapters.exchange import Exchange, Garbled
from devbox.adapters.execs import ExecSpec
from devbox.adapters.terminal import Terminal, terminal_size
from devbox.adapters.threads import Threads
from devbox.adapters.wire import Wire
from devbox.errors import EngineError


async def interact(wire: Wire, threads: Threads, container: str, spec: ExecSpec) -> int:
    """Run `spec` with the terminal joined to it; its exit code."""
    if spec.tty:
        spec = replace(spec, size=terminal_size(1))
    id = await threads.call(lambda: execs.make(wire, container, spec))
    exchange = await threads.call(lambda: execs.begin(wire, id, spec))
    await _joined(wire, threads, exchange, f"/exec/{id}/resize", tty=spec.tty, stdin=spec.stdin)
    return await threads.call(lambda: execs.exit_code(wire, id))


async def attach(wire: Wire, threads: Threads, container: str, *, tty: bool, stdin: bool) -> int:
    """Start a created container with the terminal joined to it; its exit code."""
    streams = {"stream": True, "stdin": stdin, "stdout": True, "stderr": True}
    path = f"/containers/{container}"
    exchange = await threads.call(lambda: wire.open("POST", f"{path}/attach", streams, upgrade=True))
    try:
        # Waited for before the start, since a container may be gone the moment it ends.
        waiting = await threads.call(lambda: wire.open("POST", f"{path}/wait", {"condition": "next-exit"}))
        with contextlib.closing(waiting):
            await threads.call(lambda: wire.json("POST", f"{path}/start", timeout=None))
            await _joined(wire, threads, exchange, f"{path}/resize", tty=tty, stdin=stdin)
            ended = await threads.call(waiting.read_all, cancel=waiting.close)
    finally:
        exchange.close()
    return wire.exit_status(ended)


async def _joined(wire: Wire, threads: Threads, exchange: Exchange, path: str, *, tty: bool, stdin: bool) -> None:
    terminal = Terminal()

    def fit() -> None:
        if size := terminal.size():
            # Refused where the process has ended meanwhile.
            with contextlib.suppress(EngineError):
                wire.json("POST", path, {"h": size[0], "w": size[1]})

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
        await _carried(wire, threads, terminal, exchange, carry)


async def _carried(
    wire: Wire, threads: Threads, terminal: Terminal, exchange: Exchange, carry: Callable[[], None]
) -> None:
    """Until `carry` ends, also when cancelled: the terminal must not be read from any more after this."""
    ending = asyncio.ensure_future(threads.call(carry))
    try:
        await asyncio.shield(ending)
    except (OSError, Garbled) as error:
        raise wire.lost(error) from error
    except asyncio.CancelledError:
        terminal.stop()
        exchange.close()
        await asyncio.wait([ending], timeout=1)
        raise
