"""What rules ask for once their files are in a container: a signal, a command or a restart, until it is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from devbox.compose.model import Hook, Reload
from devbox.errors import DevboxError, EngineLost, NotFound
from devbox.plan.observed import RunState
from devbox.ports import Engine
from devbox.record import dataclass
from devbox.session.delivery import Destination
from devbox.sync.rules import Rule, how
from devbox.sync.told import Reloaded, Told

FIRST, LONGEST = 0.5, 15.0
"""Seconds between two attempts."""
_PATIENCE = 60.0
"""Seconds that a command may take."""
_ENDED = (RunState.CREATED, RunState.EXITED, RunState.DEAD, RunState.REMOVING)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owed:
    rule: Rule
    reload: Reload
    paths: frozenset[str]
    since: float


class Reloads:
    """What is owed to each container, one thing after the other; several restarts that wait are one."""

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
        self._owed: dict[str, dict[int | None, _Owed]] = {}
        """container id -> rule's index, None for a restart -> what is to be done"""
        self._working: set[str] = set()

    def owe(self, to: Destination, rule: Rule, reload: Reload, paths: frozenset[str], since: float) -> None:
        """Do it soon, for these paths of the rule, which changed at `since` (of the performance counter)."""
        owed = self._owed.setdefault(to.id, {})
        key = rule.index if reload.signal or reload.exec else None
        if key in owed:
            paths, since = paths | owed[key].paths, min(since, owed[key].since)
        owed[key] = _Owed(rule=rule, reload=reload, paths=paths, since=since)
        if to.id not in self._working:
            self._working.add(to.id)
            # On its own: a restart is the end of whoever fills the container.
            self._group.create_task(self._settle(to), name=f"reload {to.name}")

    async def _settle(self, to: Destination) -> None:
        pause = FIRST
        owed = self._owed[to.id]
        while owed:
            key, one = next(iter(owed.items()))
            del owed[key]
            try:
                error = await _do(self._engine, to, one.reload)
            except EngineLost:
                raise
            except NotFound:
                break
            except DevboxError as failure:
                if not await self._runs(to):  # its next start takes the files as they are
                    break
                self._tell(_told(to, one, error=failure.message, hint=failure.hint, again=pause))
                later = owed.pop(key, None)
                owed[key] = later or one
                await asyncio.sleep(pause)
                pause = min(LONGEST, pause * 2)
                continue
            pause = FIRST
            self._acted(one.rule, one.paths)
            self._tell(_told(to, one, error=error))
        self._owed.pop(to.id, None)
        self._working.discard(to.id)

    async def _runs(self, to: Destination) -> bool:
        try:
            return (await self._engine.inspect(to.id)).state not in _ENDED
        except NotFound:
            return False


def _told(to: Destination, one: _Owed, *, error: str, hint: str = "", again: float = 0.0) -> Reloaded:
    return Reloaded(
        service=one.rule.service,
        container=to.name,
        how=how(one.reload),
        files=len(one.paths),
        seconds=time.perf_counter() - one.since,
        error=error,
        hint=hint,
        again=again,
    )


async def _do(engine: Engine, to: Destination, reload: Reload) -> str:
    """ "" or how the command failed; DevboxError where the engine refuses."""
    if reload.signal:
        await engine.kill(to.id, reload.signal)
    elif reload.exec:
        return await _run(engine, to, reload.exec)
    else:
        await engine.restart(to.id)
    return ""


async def _run(engine: Engine, to: Destination, hook: Hook) -> str:
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
        return f"it did not end within {_PATIENCE:.0f} s"
    if not told.exit_code:
        return ""
    last = told.output.strip().splitlines()[-1:] or [""]
    return f"exit code {told.exit_code}{f': {last[0]}' if last[0] else ''}"
