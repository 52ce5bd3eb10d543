"""What rules ask for once their files are in a container: a signal, a command or a restart, until it is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import reduce

from devbox.compose.model import Hook, Reload
from devbox.errors import DevboxError, EngineLost, NotFound
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine
from devbox.record import dataclass
from devbox.session.delivery import Destination
from devbox.session.ledgers import life, started
from devbox.session.moves import Moves
from devbox.sync.rules import Rule, how
from devbox.sync.told import Reloaded, Told

FIRST, LONGEST = 0.5, 15.0
"""Seconds between two attempts."""
TRIES = 9
"""Attempts, within a minute, after which a command that fails is given up: an application that begins listens by then,
and what is broken is mended by a save, which tries it anew."""
_PATIENCE = 60.0
"""Seconds that a command may take."""
_RESTART = -1
_ENDED = (RunState.CREATED, RunState.EXITED, RunState.DEAD, RunState.REMOVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    """`reload` once, for these paths of these rules, the first of which changed at `since`; `tries` have failed, and
    it is `due` (monotonic)."""

    reload: Reload
    causes: Mapping[Rule, frozenset[str]]
    since: float
    tries: int = 0
    due: float = 0.0

    def and_also(self, other: _Owed) -> _Owed:
        """What does for both, in all else like this one."""
        causes = {**self.causes}
        for rule, paths in other.causes.items():
            causes[rule] = causes.get(rule, frozenset()) | paths
        return replace(self, causes=causes, since=min(self.since, other.since))

    def later(self) -> _Owed:
        """The same, to be tried again after a pause."""
        return replace(self, tries=self.tries + 1, due=time.monotonic() + self.pause)

    @property
    def pause(self) -> float:
        """Seconds to wait should it fail now."""
        return float(min(LONGEST, FIRST * 2**self.tries))


class _Failed(DevboxError):
    """The command was run, and failed."""


class _Endless(_Failed):
    """It may still run."""


class Reloads:
    """What is owed to each container, one thing after the other. Several restarts that wait are one, which stands for
    all that waits beside it: the process begins with every file that is there."""

    def __init__(
        self,
        engine: Engine,
        group: asyncio.TaskGroup,
        tell: Callable[[Told], None],
        acted: Callable[[Rule, frozenset[str]], None],
    ) -> None:
        """`acted` hears which paths of a rule were acted upon."""
        self._engine = engine
        self._group = group
        self._tell = tell
        self._acted = acted
        self._owed: dict[str, dict[int, _Owed]] = {}
        """container id -> rule's index, or _RESTART -> what is to be done"""
        self._working: dict[str, Destination] = {}
        self._moves = Moves()

    def owe(self, to: Destination, rule: Rule, reload: Reload, paths: frozenset[str], since: float) -> None:
        """Do it soon, for these paths of the rule, which changed at `since` (of the performance counter): now, though
        it has failed before and waits for its next attempt."""
        owed = self._owed.setdefault(to.id, {})
        key = rule.index if reload.signal or reload.exec else _RESTART
        fresh = _Owed(reload=reload, causes={rule: paths}, since=since)
        owed[key] = fresh.and_also(owed[key]) if key in owed else fresh
        self._moves.stir()
        if to.id not in self._working:
            self._begin(to)

    def go_on(self, before: Reloads, containers: Iterable[Container]) -> None:
        """With what is still owed by that one, which was broken off, to those of these whose process is the same."""
        lives = {one.id: started(one) for one in containers}
        for id, to in before._working.items():
            if lives.get(id) == life(to.body):
                self._owed[id] = before._owed[id]
                self._begin(to)

    def _begin(self, to: Destination) -> None:
        self._working[to.id] = to
        # On its own: a restart is the end of whoever fills the container.
        self._group.create_task(self._settle(to), name=f"reload {to.name}")

    async def _settle(self, to: Destination) -> None:
        owed = self._owed[to.id]
        while owed:
            key = await self._due(owed)
            one = owed.pop(key)
            if key == _RESTART:
                one = reduce(_Owed.and_also, owed.values(), one)
                owed.clear()
            try:
                await _do(self._engine, to, one.reload)
            except (EngineLost, asyncio.CancelledError):
                owed[key] = owed[key].and_also(one) if key in owed else one
                raise
            except NotFound:
                break
            except DevboxError as failure:
                if not await self._goes_on(to, owed, key, one, failure):
                    break
                continue
            self._done(one)
            self._tell(_told(to, one))
        self._owed.pop(to.id, None)
        self._working.pop(to.id, None)

    async def _due(self, owed: Mapping[int, _Owed]) -> int:
        """Wait until it is time for one of them; which: none waits for another one's next attempt."""
        while True:
            now = time.monotonic()
            if due := [key for key, one in owed.items() if one.due <= now]:
                return _RESTART if _RESTART in due else due[0]
            with suppress(TimeoutError):
                async with asyncio.timeout(min(one.due for one in owed.values()) - now):
                    await self._moves.next()

    async def _goes_on(
        self, to: Destination, owed: dict[int, _Owed], key: int, one: _Owed, failure: DevboxError
    ) -> bool:
        """Tell what `one` has met, and owe it again unless there is no use in it; whether the container still runs."""
        pause, later = one.pause, one.later()
        owed[key] = owed[key].and_also(later) if key in owed else later
        if isinstance(failure, _Failed):
            self._done(one)
        if not await self._runs(to):
            self._tell(_told(to, one, f"{failure.message}; it has ended, and its next start takes the files"))
            return False
        fresh = owed[key].tries == 0  # it was saved meanwhile
        if isinstance(failure, _Endless) and not fresh:
            del owed[key]
            self._tell(_told(to, one, f"{failure.message}; the next save tries again"))
        elif isinstance(failure, _Failed) and not fresh and later.tries == TRIES:
            del owed[key]
            self._tell(_told(to, one, f"{failure.message}; given up after {TRIES} attempts, the next save tries again"))
        else:
            self._tell(_told(to, one, failure.message, hint=failure.hint, again=pause))
        return True

    def _done(self, one: _Owed) -> None:
        """What it writes into what is watched has been written."""
        for rule, paths in one.causes.items():
            self._acted(rule, paths)

    async def _runs(self, to: Destination) -> bool:
        try:
            return (await self._engine.inspect(to.id)).state not in _ENDED
        except NotFound:
            return False


def _told(to: Destination, one: _Owed, error: str = "", *, hint: str = "", again: float = 0.0) -> Reloaded:
    return Reloaded(
        service=to.service,
        container=to.name,
        how=how(one.reload),
        files=sum(map(len, one.causes.values())),
        seconds=time.perf_counter() - one.since,
        error=error,
        hint=hint,
        again=again,
    )


async def _do(engine: Engine, to: Destination, reload: Reload) -> None:
    """_Failed where the command fails, another DevboxError where the engine refuses."""
    if reload.signal:
        await engine.kill(to.id, reload.signal)
    elif reload.exec:
        await _run(engine, to, reload.exec)
    else:
        await engine.restart(to.id)


async def _run(engine: Engine, to: Destination, hook: Hook) -> None:
    try:
        told = await engine.exec(
            to.id,
            hook.command,
            user=hook.user,
            workdir=hook.working_dir,
            environment=hook.environment,
            privileged=hook.privileged,
            timeout=_PATIENCE,
        )
    except TimeoutError:
        raise _Endless(f"it did not end within {_PATIENCE:.0f} s") from None
    if told.exit_code:
        last = told.output.strip().splitlines()[-1:] or [""]
        raise _Failed(f"exit code {told.exit_code}{f': {last[0]}' if last[0] else ''}")
