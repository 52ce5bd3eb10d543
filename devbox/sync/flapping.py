"""Loops: a file that changes because of what its own change sets off."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

TIMES, WITHIN, AFTER = 6, 60.0, 1.5
"""So many changes in so many seconds, each less than `AFTER` seconds after what the one before it set off."""


class Loops:
    """Watches over one rule: `changed` before it acts, `acted` when that is done. Times in seconds, any clock."""

    def __init__(self) -> None:
        self._acted: dict[str, float] = {}
        self._chain: dict[str, deque[float]] = {}

    def changed(self, paths: Iterable[str], at: float) -> tuple[str, int] | None:
        """The path that is in a loop, and how often it came round; None: nobody is."""
        for path in paths:
            chain = self._chain.setdefault(path, deque(maxlen=TIMES))
            acted = self._acted.get(path)
            if acted is None or at - acted > AFTER:
                chain.clear()
            chain.append(at)
            if len(chain) == TIMES and chain[-1] - chain[0] <= WITHIN:
                return path, TIMES
        return None

    def acted(self, paths: Iterable[str], at: float) -> None:
        """What these set off is done."""
        self._acted |= dict.fromkeys(paths, at)
        if len(self._acted) > 10_000:
            self._acted = {path: when for path, when in self._acted.items() if at - when <= AFTER}
            self._chain = {path: chain for path, chain in self._chain.items() if path in self._acted}
