"""Watching the rules of `develop.watch`: changes to the containers that want them, to reloads and to new images."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

from devbox.compose.model import Reload, Service
from devbox.errors import DevboxError, NotFound
from devbox.plan.observed import Container
from devbox.ports import Engine, EngineEvent, LedgerFiles, Sources
from devbox.session.delivery import Destination
from devbox.session.gathering import Gathering
from devbox.session.ledgers import Ledgers
from devbox.session.moves import Moves
from devbox.session.persisting import persist
from devbox.session.rebuilds import Rebuild, Rebuilds
from devbox.session.reload import Reloads
from devbox.session.replicas import RESYNC, Replicas
from devbox.session.sharing import Sharing
from devbox.sync.flapping import AFTER, Loops, Sifted
from devbox.sync.place import Ground
from devbox.sync.rules import Action, Rule, rules
from devbox.sync.told import LoopStopped, Told, WatchBegan

_YOUNG = 5.0
"""Seconds after which a process is believed to take a signal."""
_FAREWELL = 2.0
"""Seconds for which the end waits until it is written what was copied."""
_OVERLAP = 0.2
"""Seconds for which two watches of the files hear the same: what the first has gathered for a batch is not lost."""


class Watch:
    """The rules of the services of one project. `listen` hears of changes until cancelled, `serve` brings them to the
    containers of an engine until that is lost; what changes while nobody serves is brought by who serves next."""

    def __init__(
        self,
        project: str,
        services: Sequence[Service],
        *,
        sources: Sources,
        ledgers: LedgerFiles,
        rebuild: Rebuild,
        tell: Callable[[Told], None],
        now: Callable[[], float],
    ) -> None:
        self._project = project
        self._sources = sources
        self._rebuild = rebuild
        self._tell = tell
        self._now = now
        self.rules = rules(services, sources.ignore_file)
        self._loops = {rule: Loops() for rule in self.rules}
        self._touched: dict[Rule, set[str]] = {rule: set() for rule in self.rules}
        self._missed: dict[Rule, set[str]] = {}
        """What restarts and rebuilds wait for, while a storm goes on or the engine is away."""
        self._gathering = Gathering(tell, self._then)
        self.ledgers = Ledgers(ledgers, project)
        self._replicas = Replicas(
            sources=sources,
            ledgers=self.ledgers,
            rules=self._of,
            touched=lambda rule: self._touched[rule],
            introduce=self._introduce,
            tell=Sharing(lambda: self.rules, lambda name: self._replicas.running(name), self._gathering.tell).tell,
            then=self._gathering.then,
            settled=self._gathering.settled,
            now=now,
        )
        self._born: dict[str, float] = {}
        """container id -> when its process was seen to start (monotonic)"""
        self._told: set[str] = set()
        self._releasing: set[Rule] = set()
        """For which a look at what is held comes: one for each, however often it changes."""
        self._listening = asyncio.Event()
        self._renewed = asyncio.Event()
        self._moves = Moves()
        self._reloads: Reloads | None = None
        self._rebuilds: Rebuilds | None = None
        self._broken_off: Reloads | None = None
        """What was owed when nobody served any more."""

    async def run(self, engine: Engine) -> None:
        """Both, until cancelled or the engine is lost, with the rules that `renew` gives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.listen())
            while True:
                rules = self.rules
                serving = persist(lambda: self.serve(engine), self._tell)
                await self._moves.until(lambda: self.rules is not rules, serving)  # noqa: B023 - in the turn

    async def listen(self) -> None:
        """DevboxError where the system does not watch that many files."""
        async with asyncio.TaskGroup() as group:
            hearing: asyncio.Task[None] | None = None
            while True:
                stands, roots = self._listening, sorted({rule.root for rule in self.rules})
                begun = group.create_task(self._hear(roots, stands))
                await stands.wait()  # before the last one ends: nothing is missed between them
                if hearing is not None:
                    await asyncio.sleep(_OVERLAP)
                    hearing.cancel()
                    if self._gathering.storm:  # whose end that one would have told
                        self._calm()
                hearing = begun
                await self._renewed.wait()
                self._renewed.clear()

    async def _hear(self, roots: Sequence[str], stands: asyncio.Event) -> None:
        async with contextlib.aclosing(self._sources.changes(roots)) as batches:
            async for batch in batches:
                stands.set()
                self._gathering.storm |= batch.more
                for rule in self.rules:
                    self._changed(rule, batch.paths)
                    if batch.lost and rule.action.copies:
                        self._act(rule, {""})
                if self._gathering.storm and not batch.more:
                    self._calm()

    def renew(self, services: Sequence[Service]) -> bool:
        """Take up the rules that these services have now; whether they are others: then `serve` is to begin again.
        Of rules that stay, what was touched is known on, and containers whose rules all stay are left in peace."""
        before, self.rules = self.rules, rules(services, self._sources.ignore_file)
        if [rule.whole for rule in before] == [rule.whole for rule in self.rules]:
            self.rules = before
            return False
        self._moves.stir()
        touched, missed, loops = dict(self._touched), self._missed, self._loops
        self._loops = {rule: loops.get(rule) or Loops() for rule in self.rules}
        self._touched.clear()
        self._touched |= {rule: {*filter(rule.takes, touched.get(rule, ()))} for rule in self.rules}
        self._missed = {rule: missed[rule] for rule in self.rules if rule in missed}
        others = {rule.service for rule in {*before} ^ {*self.rules}}
        self._told -= others
        self._replicas.drop(others)
        if {rule.root for rule in before} != {rule.root for rule in self.rules}:
            self._listening = asyncio.Event()
            self._renewed.set()
        return True

    async def serve(self, engine: Engine) -> None:
        """Once at a time; ends with EngineLost."""
        try:
            async with contextlib.aclosing(engine.events(self._project)) as events, asyncio.TaskGroup() as group:
                self._reloads = Reloads(engine, group, self._tell, self._acted)
                self._rebuilds = Rebuilds(self._rebuild, group, self._tell, self._acted)
                await anext(events)  # the subscription stands before the list is asked for
                listed = await self.ledgers.begin(engine)
                self._replicas.begin(engine, group)
                await self._listening.wait()  # what is saved once a service is said to be watched is heard of
                self._replicas.compare(listed.containers)
                if self._broken_off is not None:
                    self._reloads.go_on(self._broken_off, listed.containers)
                    self._broken_off = None
                self._catch_up()
                group.create_task(self.ledgers.keep(), name="ledgers")
                group.create_task(self._resync(engine), name="resync")
                await self._follow(engine, events)
        finally:
            self._replicas.end()
            self._put_off()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await self.ledgers.save()

    def _put_off(self) -> None:
        """What was asked for and is not done is left to who serves next."""
        for rule, paths in self._rebuilds.left() if self._rebuilds else ():
            if rule in self._loops:
                self._missed.setdefault(rule, set()).update(paths)
        self._broken_off = self._broken_off or self._reloads
        self._reloads = self._rebuilds = None

    def reload(self, services: Iterable[str]) -> None:
        """Do now what their rules ask for after a sync, and try again what failed."""
        for service in services:
            for replica in self._replicas.running(service):
                replica.retry()
                for rule in self.rules:
                    if rule.service == service:
                        self._then(rule, frozenset(), replica.to, time.perf_counter())

    async def filled(self, container: Container) -> DevboxError | None:
        """Wait until this one has what it lacked when it began, or something is in the way of that: what it is."""
        if not any(rule.service == container.service and rule.action.copies for rule in self.rules):
            return None
        while True:
            replica = await self._replicas.of(container)
            trouble = await replica.has_filled()
            if not replica.dropped:
                return trouble

    async def _follow(self, engine: Engine, events: AsyncGenerator[list[EngineEvent], None]) -> None:
        async for batch in events:
            for event in batch:
                if event.kind != "container":
                    continue
                if event.action == "start":
                    self._born[event.id] = time.monotonic()
                if event.action == "unpause":
                    self._replicas.retry(event.id)
                if event.action in ("start", "unpause"):
                    with contextlib.suppress(NotFound):  # it ended and was removed already
                        self._replicas.met(await engine.inspect(event.id))
                elif event.action in ("die", "destroy"):
                    self._replicas.left(event.id, for_ever=event.action == "destroy")
                if event.action == "destroy":
                    self._born.pop(event.id, None)

    async def _resync(self, engine: Engine) -> None:
        """The engine drops events for a slow reader, so now and then the list is asked."""
        while True:
            await asyncio.sleep(RESYNC)
            self._replicas.compare((await engine.observe(self._project, detail=True)).containers)

    def _of(self, service: str) -> list[Rule]:
        return [rule for rule in self.rules if rule.service == service]

    def _introduce(self, service: str, mine: Sequence[Rule], to: Destination) -> None:
        if service in self._told:
            return
        self._told.add(service)
        idle = [
            f"{rule.target}: {to.place(rule.target).ground.value} is mounted there, nothing is to be copied"
            for rule in mine
            if rule.action.copies and to.place(rule.target).ground is Ground.BIND
        ]
        self._tell(WatchBegan(service=service, rules=len(mine), idle=tuple(idle)))

    def _changed(self, rule: Rule, batch: Sequence[str]) -> None:
        inside = (rule.inside(path) for path in batch)
        paths = {path for path in inside if path is not None and rule.takes(path)}
        if not paths:
            return
        self._sift(rule, self._loops[rule].changed(paths, time.monotonic()))

    def _sift(self, rule: Rule, sifted: Sifted) -> None:
        for path in sifted.looped:
            self._tell(LoopStopped(service=rule.service, path=f"{rule.root}/{path}".rstrip("/")))
        if sifted.held and rule not in self._releasing:
            self._releasing.add(rule)
            asyncio.get_running_loop().call_later(AFTER, self._release, rule)
        if sifted.passed:
            self._act(rule, set(sifted.passed))

    def _release(self, rule: Rule) -> None:
        self._releasing.discard(rule)
        if rule in self._loops:
            self._sift(rule, self._loops[rule].release(time.monotonic()))

    def _act(self, rule: Rule, paths: set[str]) -> None:
        if rule.action.copies:
            self._touched[rule] |= paths
            for replica in self._replicas.running(rule.service):
                replica.changed(rule, paths)
        elif self._rebuilds is None or self._gathering.storm:
            self._missed.setdefault(rule, set()).update(paths)
        elif rule.action is Action.REBUILD:
            self._loops[rule].acting(paths, time.monotonic())
            self._rebuilds.want(rule, frozenset(paths))
        else:
            for replica in self._replicas.running(rule.service):
                self._then(rule, frozenset(paths), replica.to, time.perf_counter())

    def _calm(self) -> None:
        """The storm is over: what was kept for its end is told and done as soon as all of it is there."""
        self._gathering.storm = False
        self._catch_up()
        self._replicas.settle()

    def _catch_up(self) -> None:
        missed, self._missed = self._missed, {}
        for rule, paths in missed.items():
            self._act(rule, paths)

    def _then(self, rule: Rule, paths: frozenset[str], to: Destination, since: float) -> None:
        if rule.reload is None:
            self._acted(rule, paths)
        elif self._reloads:
            if rule in self._loops:  # a storm may have changed the rules as well: its files are there all the same
                self._loops[rule].acting(paths, time.monotonic())
            # A process that has just begun may not listen yet, and a signal would end it.
            young = time.monotonic() - self._born.get(to.id, -_YOUNG) < _YOUNG
            reload = Reload() if young and rule.reload.signal else rule.reload
            self._reloads.owe(to, rule, reload, paths, since)

    def _acted(self, rule: Rule, paths: frozenset[str]) -> None:
        if rule in self._loops:
            self._loops[rule].acted(paths, time.monotonic())
