"""A course of values as a small graph of block characters."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = " ▁▂▃▄▅▆▇█"


def graph(values: Sequence[float], width: int, height: int = 1, *, top: float | None = None) -> list[str]:
    """`height` rows of exactly `width` cells, top row first, the newest value at the right; `top` is the full height
    (None: the largest value). What is not zero shows at least one eighth."""
    seen = list(values[-width:]) if width > 0 else []
    highest = max(top if top is not None else 0.0, *seen, 0.0) if seen else 0.0
    steps = height * 8
    levels = [0] * (width - len(seen))
    levels += [0 if value <= 0 or highest <= 0 else max(1, round(value / highest * steps)) for value in seen]
    return ["".join(_BLOCKS[min(8, max(0, level - floor))] for level in levels) for floor in range(steps - 8, -8, -8)]
