"""Loops: a file that changes because of what its own change sets off.

A path that keeps changing right after it was acted upon is held. Changes that go on though nothing is done are those of
somebody who writes often, and pass. When it falls quiet what it holds now is let through, so that no save is lost; a
change that follows each time at once is a loop: it is stopped, and let through once more after a longer rest, in case
it was somebody's hand after all, and after ten times that, so that what it holds in the end is never lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import Enum

from devbox.record import dataclass as record

TIMES, WITHIN, AFTER = 6, 60.0, 1.0
"""A path is held after so many changes in so many seconds, each less than `AFTER` seconds after it was acted upon."""
TRIALS = 2
"""So many times is it let through before it is stopped."""
_BUSY, _REST = 30.0, 10.0
"""Seconds that acting may take, and of quiet after which all is forgotten."""


class _Stage(Enum):
    OPEN = "open"
    HELD = "held"
    TRIED = "tried"
    STOPPED = "stopped"
    FREE = "free"


@dataclass(slots=True)
class _Path:
    """One path: when it changed and was acted upon (None: never; `acting`: since when somebody is at it)."""

    stage: _Stage = _Stage.OPEN
    chain: deque[float] = field(default_factory=lambda: deque(maxlen=TIMES))
    last: float = 0.0
    acted: float | None = None
    acting: float | None = None
    trials: int = 0
    rested: bool = False
    rests: int = 0

    @property
    def waits(self) -> bool:
        """Whether `release` will let it through."""
        return self.stage is _Stage.HELD or (self.stage is _Stage.STOPPED and not self.rested)

    def follows(self, at: float) -> bool:
        """Whether a change at `at` may be what acting upon it has set off."""
        if self.acting is not None and at - self.acting <= _BUSY:
            return True
        return self.acted is not None and at - self.acted <= AFTER


@record(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What passes, what waits for `release`, and what was found to be in a loop just now."""

    passed: Set[str]
    held: bool = False
    looped: tuple[str, ...] = ()


class Loops:
    """Watches over one rule: `changed` before it acts, `acting` and `acted` around that. Times in seconds."""

    def __init__(self) -> None:
        self._paths: dict[str, _Path] = {}

    def changed(self, paths: Iterable[str], at: float) -> Sifted:
        """These changed now."""
        passed, looped, held = set(), [], False
        for path in paths:
            one = self._paths.get(path)
            if one is None or (at - one.last > _REST and not one.follows(at)):
                one = self._paths[path] = _Path()
            before = one.stage
            _change(one, at)
            one.last = at
            if one.stage in (_Stage.OPEN, _Stage.FREE):
                passed.add(path)
            elif one.stage is _Stage.STOPPED and before is not _Stage.STOPPED:
                looped.append(path)
            held = held or one.waits
        if len(self._paths) > 10_000:
            self._paths = {path: one for path, one in self._paths.items() if at - one.last <= WITHIN}
        return Sifted(passed=passed, held=held, looped=tuple(looped))

    def release(self, at: float) -> Sifted:
        """What was held and is quiet now."""
        waiting = {path: one for path, one in self._paths.items() if one.waits}
        passed = set()
        for path, one in waiting.items():
            quiet = at - max(one.last, one.acted or one.last)
            if one.stage is _Stage.HELD and quiet > AFTER:
                one.stage = _Stage.TRIED
                one.trials += 1
                passed.add(path)
            elif one.stage is _Stage.STOPPED and not one.rested and quiet > _REST * 10 ** min(one.rests, 2):
                one.rested = True
                one.rests += 1
                passed.add(path)
        return Sifted(passed=passed, held=len(passed) < len(waiting))

    def acting(self, paths: Iterable[str], at: float) -> None:
        """What these set off has begun."""
        for path in paths:
            self._paths.setdefault(path, _Path(last=at)).acting = at

    def acted(self, paths: Iterable[str], at: float) -> None:
        """What these set off is done."""
        for path in paths:
            one = self._paths.setdefault(path, _Path(last=at))
            one.acted, one.acting = at, None


def _change(one: _Path, at: float) -> None:
    match one.stage:
        case _Stage.OPEN:
            if not one.follows(at):
                one.chain.clear()
            one.chain.append(at)
            if len(one.chain) == TIMES and at - one.chain[0] <= WITHIN:
                one.stage = _Stage.HELD
        case _Stage.HELD if not one.follows(at):
            one.stage = _Stage.FREE  # it changes though nothing is done
        case _Stage.TRIED if not one.follows(at):
            one.stage, one.trials = _Stage.OPEN, 0
            one.chain.clear()
        case _Stage.STOPPED:
            one.rested = False  # what it holds now is let through as well, each time later
        case _Stage.TRIED:
            one.stage = _Stage.STOPPED if one.trials >= TRIALS else _Stage.HELD
