"""The containers of a watched project, each kept like the rules want it for as long as it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from devbox.errors import Conflict, DevboxError, EngineLost, NotFound
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine, Sources
from devbox.session.delivery import Destination, destination
from devbox.session.ledgers import Ledgers
from devbox.session.replica import Replica, Then
from devbox.sync.compare import Fault
from devbox.sync.rules import Rule
from devbox.sync.told import SyncFailed, Told

_LANDED = 3.0
"""Seconds after which nothing is unpacked any more of what was sent over a connection that was lost."""
RESYNC = 15.0
"""Seconds between two looks at what runs."""
_LOOKS = 3
"""Times that it is looked whether what is believed to be there is; after that somebody else writes there."""
_ENDS = 2.0
"""Seconds after which a write that was broken off by the loss of the connection has ended in the container."""


class Replicas:
    """By container id, stopped ones too: what they were given is still there when they start again."""

    def __init__(
        self,
        *,
        sources: Sources,
        ledgers: Ledgers,
        rules: Callable[[str], list[Rule]],
        touched: Callable[[Rule], set[str]],
        introduce: Callable[[str, Sequence[Rule], Destination], None],
        tell: Callable[[Told], None],
        then: Then,
        settled: Callable[[str], None],
        now: Callable[[], float],
    ) -> None:
        """`rules` are those of a service, `touched` what of one has changed since the watch began; `introduce` hears
        of each container that is kept, `settled` the name of one each time that all that changed is there."""
        self._sources = sources
        self._ledgers = ledgers
        self._rules = rules
        self._touched = touched
        self._introduce = introduce
        self._tell = tell
        self._then = then
        self._settled = settled
        self._now = now
        self._engine: Engine | None = None
        self._group: asyncio.TaskGroup | None = None
        self._known: dict[str, Replica] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._lives: dict[str, float] = {}
        """container id -> when the process that is being kept has begun, as the engine says"""
        self._checking = asyncio.Lock()
        self._arrived = asyncio.Event()

    def begin(self, engine: Engine, group: asyncio.TaskGroup) -> None:
        """From here on they are kept, on tasks of `group`."""
        self._engine, self._group = engine, group

    def end(self) -> None:
        """The group has ended."""
        self._engine = self._group = None
        self._working.clear()

    def running(self, service: str) -> list[Replica]:
        """Those of a service that are being kept."""
        known = [self._known[id] for id in self._working if id in self._known]
        return [replica for replica in known if replica.to.service == service]

    async def of(self, container: Container) -> Replica:
        """The replica of this container, which runs, once it is kept."""
        while container.id not in self._known or self._lives[container.id] < _life(container):
            await self._arrived.wait()
        return self._known[container.id]

    def settle(self) -> None:
        """Have each tell once all that changed so far is there."""
        for id in self._working:
            if id in self._known:
                self._known[id].settle()

    def retry(self, id: str) -> None:
        """Try now what failed."""
        if id in self._known:
            self._known[id].retry()

    def drop(self, services: Iterable[str]) -> None:
        """Forget those of these services: their rules are others now."""
        named = set(services)
        begun = self._working.keys() - self._known.keys()  # with rules of before, whatever the service
        for id in [*begun, *(id for id, replica in self._known.items() if replica.to.service in named)]:
            self.left(id, for_ever=True)

    def compare(self, containers: Sequence[Container]) -> None:
        """These are all that there are."""
        for id in self._known.keys() - {container.id for container in containers}:
            self.left(id, for_ever=True)
        for container in containers:
            if container.state in (RunState.RUNNING, RunState.PAUSED):
                self.met(container)
            else:
                self.left(container.id, for_ever=False)

    def met(self, container: Container) -> None:
        """A container runs; maybe it is known already, maybe it was begun again and nobody has told."""
        if container.oneoff or container.state is not RunState.RUNNING or not self._rules(container.service):
            return
        if self._engine is None or self._group is None:
            return
        if container.id in self._working:
            if self._lives.get(container.id) == _life(container):
                return
            self.left(container.id, for_ever=False)
        keeping = self._keep(self._engine, self._group, container)
        self._working[container.id] = self._group.create_task(keeping, name=f"sync {container.name}")

    def left(self, id: str, *, for_ever: bool) -> None:
        """It has ended, or is gone."""
        if task := self._working.pop(id, None):
            task.cancel()
        if replica := self._known.get(id):
            replica.gone()
        if for_ever:
            if replica:
                replica.drop()
            self._known.pop(id, None)
            self._lives.pop(id, None)
            self._ledgers.forget(id)

    async def _keep(self, engine: Engine, group: asyncio.TaskGroup, container: Container) -> None:
        """Keep it as the rules want until it ends."""
        try:
            replica, trusted = await self._replica(engine, container)
            torn = {rule: await self._ledgers.torn(replica.to, rule) for rule in replica.rules}
            if any(torn.values()):
                group.create_task(self._mend(replica, torn), name=f"mend {container.name}")
            if trusted:
                group.create_task(self._check(engine, replica), name=f"check {container.name}")
            await replica.run()
        except EngineLost:
            raise
        except (NotFound, Conflict):
            pass  # it has ended, or is paused: its next event tells
        except DevboxError as error:  # it is met again with the next look at what runs
            self._tell(
                SyncFailed(
                    service=container.service,
                    container=container.name,
                    error=error.message,
                    hint=error.hint,
                    again=RESYNC,
                )
            )
        finally:
            if self._working.get(container.id) is asyncio.current_task():
                del self._working[container.id]

    async def _replica(self, engine: Engine, container: Container) -> tuple[Replica, bool]:
        """It is given what changed since the watch began, or was given to it or another one before and is other now;
        with `initial_sync` all there is. And whether something is believed to be there that had better be looked at: it
        is from an earlier run, or the connection broke off in the middle of it."""
        mine = self._rules(container.service)
        copying = [rule for rule in mine if rule.action.copies]
        to = await destination(engine, container)
        await self._ledgers.meet(engine, to, copying)
        replica = self._known.get(container.id)
        again = replica is not None
        broken_off = again and self._lives[container.id] == _life(container)
        if replica is None:
            replica = Replica(
                engine, self._sources, to, self._ledgers, mine, self._tell, self._then, self._now, self._settled
            )
        else:
            replica.restarted(engine, to)
        known = {rule: set() if again else await replica.begin(rule) for rule in copying}
        before = {rule: await self._ledgers.remembered(rule) for rule in copying}
        self._known[container.id] = replica  # from here on it hears of changes
        self._lives[container.id] = _life(container)
        self._arrived.set()
        self._arrived = asyncio.Event()
        for rule in copying:
            touched = self._touched(rule) | known[rule] | before[rule]
            if missing := {"", *touched} if rule.initial else touched:
                # Its process began with the files it had: what it lacks is a change to it, but at the very beginning.
                replica.changed(rule, missing, first=not again and not touched)
        replica.settle()
        self._introduce(container.service, mine, to)
        return replica, broken_off or any(known.values())

    async def _mend(self, replica: Replica, torn: Mapping[Rule, set[str]]) -> None:
        """Send once more what was on its way when a connection was lost."""
        await replica.has_filled()
        await asyncio.sleep(_LANDED)
        for rule, paths in torn.items():
            await self._ledgers.doubt(replica.to, rule, paths)
            replica.changed(rule, paths)

    async def _check(self, engine: Engine, replica: Replica) -> None:
        """Look whether what is believed to be there is; what is not is sent, and looked at again."""
        await replica.has_filled()
        waiting = replica.rules
        for _ in range(_LOOKS):
            await asyncio.sleep(_ENDS)
            if replica.dropped:
                return
            async with self._checking:
                waiting = [rule for rule in waiting if await self._lost(engine, replica, rule)]

    async def _lost(self, engine: Engine, replica: Replica, rule: Rule) -> bool:
        """Whether something of a rule was not there, and is sent again."""
        from devbox.session.verify import verified

        try:
            found = await verified(engine, self._sources, rule, replica.rules, replica.to, self._ledgers)
        except EngineLost:
            raise
        except DevboxError:  # it has ended meanwhile, or cannot be looked into
            return False
        lost = {one.path for one in found.differences if one.fault is not Fault.UNREADABLE}
        if not rule.initial:
            lost &= {*await self._ledgers.given(replica.to, rule)}
        await self._ledgers.doubt(replica.to, rule, lost)
        if lost:
            replica.changed(rule, lost)
        return bool(lost)


def _life(container: Container) -> float:
    return container.detail.started or 0.0 if container.detail else 0.0
