"""What a container uses, from two readings of its counters."""

from __future__ import annotations

from typing import TypeVar

from devbox.ports import Sample
from devbox.session.state import Usage

HISTORY = 120
Number = TypeVar("Number", int, float)


def use(before: Sample | None, now: Sample, last: Usage | None) -> Usage:
    """The use between `before` and `now` (CPU 0 and no rates without `before`, or if the counters began anew)."""
    seconds = (now.time - before.time) / 1e9 if before else 0.0
    if before is None or seconds <= 0 or now.cpu < before.cpu:
        return Usage(
            cpu=last.cpu if last and before and seconds <= 0 else 0.0,
            memory=now.memory,
            memory_limit=now.memory_limit,
            pids=now.pids,
            cpu_history=last.cpu_history if last else (),
            memory_history=_push(last.memory_history if last else (), now.memory),
            net_rx_history=last.net_rx_history if last else (),
            net_tx_history=last.net_tx_history if last else (),
        )
    cpu = (now.cpu - before.cpu) / (now.time - before.time) * 100
    net_rx = max(0, now.net_rx - before.net_rx) / seconds
    net_tx = max(0, now.net_tx - before.net_tx) / seconds
    return Usage(
        cpu=cpu,
        memory=now.memory,
        memory_limit=now.memory_limit,
        net_rx=net_rx,
        net_tx=net_tx,
        block_read=max(0, now.block_read - before.block_read) / seconds,
        block_write=max(0, now.block_write - before.block_write) / seconds,
        pids=now.pids,
        cpu_history=_push(last.cpu_history if last else (), cpu),
        memory_history=_push(last.memory_history if last else (), now.memory),
        net_rx_history=_push(last.net_rx_history if last else (), net_rx),
        net_tx_history=_push(last.net_tx_history if last else (), net_tx),
    )


def _push(history: tuple[Number, ...], value: Number) -> tuple[Number, ...]:
    kept: list[Number] = list(history[-HISTORY + 1 :])
    kept.append(value)
    return tuple(kept)
