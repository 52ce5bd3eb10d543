"""Watching the rules of `develop.watch`: changes to the containers that want them, to reloads and to new images."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

from devbox.compose.model import Reload, Service
from devbox.errors import Conflict, NotFound
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine, EngineEvent, Sources
from devbox.session.delivery import Destination, destination
from devbox.session.rebuilds import Rebuild, Rebuilds
from devbox.session.reload import Reloads
from devbox.session.replica import Replica, Volumes
from devbox.sync.flapping import AFTER, Loops, Sifted
from devbox.sync.place import Ground
from devbox.sync.rules import Action, Rule, rules
from devbox.sync.told import LoopStopped, Told, WatchBegan

_YOUNG = 5.0
"""Seconds after which a process is believed to take a signal."""


class Watch:
    """The rules of the services of one project. `listen` hears of changes until cancelled, `serve` brings them to the
    containers of an engine until that is lost; what changes while nobody serves is brought by who serves next."""

    def __init__(
        self,
        project: str,
        services: Sequence[Service],
        *,
        sources: Sources,
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
        """What restarts and rebuilds wait for since the engine is away."""
        self._volumes = Volumes()
        self._replicas: dict[str, Replica] = {}
        """By container id, stopped ones too: what they were given is still there when they start again."""
        self._working: dict[str, asyncio.Task[None]] = {}
        self._born: dict[str, float] = {}
        """container id -> when its process was seen to start (monotonic)"""
        self._told: set[str] = set()
        self._listening = asyncio.Event()
        self._renewed = asyncio.Event()
        self._reloads: Reloads | None = None
        self._rebuilds: Rebuilds | None = None

    async def run(self, engine: Engine) -> None:
        """Both, until cancelled or the engine is lost."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.listen())
            await self.serve(engine)

    async def listen(self) -> None:
        """DevboxError where the system does not watch that many files."""
        async with asyncio.TaskGroup() as group:
            hearing: asyncio.Task[None] | None = None
            while True:
                stands, roots = self._listening, sorted({rule.root for rule in self.rules})
                begun = group.create_task(self._hear(roots, stands))
                await stands.wait()  # before the last one ends: nothing is missed between them
                if hearing is not None:
                    hearing.cancel()
                hearing = begun
                await self._renewed.wait()
                self._renewed.clear()

    async def _hear(self, roots: Sequence[str], stands: asyncio.Event) -> None:
        async with contextlib.aclosing(self._sources.changes(roots)) as batches:
            async for batch in batches:
                stands.set()
                for rule in self.rules:
                    self._changed(rule, batch)

    def renew(self, services: Sequence[Service]) -> bool:
        """Take up the rules that these services have now; whether they are others: then `serve` is to begin again.
        Of rules that stay, what was touched is known on, and containers whose rules all stay are left in peace."""
        before, self.rules = self.rules, rules(services, self._sources.ignore_file)
        if [_all(rule) for rule in before] == [_all(rule) for rule in self.rules]:
            return False
        touched, missed, loops = self._touched, self._missed, self._loops
        self._loops = {rule: loops.get(rule) or Loops() for rule in self.rules}
        self._touched = {rule: {*filter(rule.takes, touched.get(rule, ()))} for rule in self.rules}
        self._missed = {rule: missed[rule] for rule in self.rules if rule in missed}
        others = {rule.service for rule in {*before} ^ {*self.rules}}
        self._told -= others
        for id in [id for id, replica in self._replicas.items() if replica.to.service in others]:
            del self._replicas[id]
            if task := self._working.pop(id, None):
                task.cancel()
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
                await self._listening.wait()  # what is saved once a service is said to be watched is heard of
                await anext(events)  # the subscription stands before the list is asked for
                listed = await engine.observe(self._project, detail=True)
                for id in self._replicas.keys() - {container.id for container in listed.containers}:
                    del self._replicas[id]
                for container in listed.containers:
                    await self._met(engine, group, container)
                missed, self._missed = self._missed, {}
                for rule, paths in missed.items():
                    self._act(rule, paths)
                await self._follow(engine, group, events)
        finally:
            self._working.clear()
            self._reloads = self._rebuilds = None

    def reload(self, services: Iterable[str]) -> None:
        """Do now what their rules ask for after a sync, and try again what failed."""
        for service in services:
            for replica in self._running(service):
                replica.retry()
                for rule in self.rules:
                    if rule.service == service:
                        self._then(rule, frozenset(), replica.to, time.perf_counter())

    def given(self, container: str, rule: Rule) -> list[str]:
        """What of a rule was given to a container (by id), as paths relative to the rule's root."""
        replica = self._replicas.get(container)
        return replica.given(rule) if replica else []

    async def _follow(
        self, engine: Engine, group: asyncio.TaskGroup, events: AsyncGenerator[list[EngineEvent], None]
    ) -> None:
        async for batch in events:
            for event in batch:
                if event.kind != "container":
                    continue
                if event.action == "start":
                    self._born[event.id] = time.monotonic()
                if event.action == "unpause" and event.id in self._working:
                    self._replicas[event.id].retry()
                elif event.action in ("start", "unpause"):
                    await self._arrived(engine, group, event.id)
                elif event.action in ("die", "destroy"):
                    self._left(event.id, for_ever=event.action == "destroy")

    async def _arrived(self, engine: Engine, group: asyncio.TaskGroup, id: str) -> None:
        with contextlib.suppress(NotFound):  # it ended and was removed already
            await self._met(engine, group, await engine.inspect(id))

    async def _met(self, engine: Engine, group: asyncio.TaskGroup, container: Container) -> None:
        """A container runs: it is given what changed since the watch began, and with `initial_sync` all there is."""
        mine = [rule for rule in self.rules if rule.service == container.service]
        if not mine or container.oneoff or container.state is not RunState.RUNNING or container.id in self._working:
            return
        again = container.id in self._replicas
        if again:
            replica = self._replicas[container.id]
            replica.restarted(engine)
        else:
            try:
                to = await destination(engine, container)
            except Conflict:
                return  # it has ended, or is paused: its next event tells
            replica = Replica(engine, self._sources, to, self._volumes, self._tell, self._then, self._now)
            self._replicas[container.id] = replica
            self._introduce(container.service, mine, to)
        self._working[container.id] = group.create_task(replica.run(), name=f"sync {container.name}")
        for rule in mine:
            touched = self._touched[rule]
            if rule.action.copies and (missing := {"", *touched} if rule.initial else touched):
                # Its process began with the files it had: what it lacks is a change to it, but at the very beginning.
                replica.changed(rule, missing, first=not again and not touched)

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

    def _left(self, id: str, *, for_ever: bool) -> None:
        if task := self._working.pop(id, None):
            task.cancel()
        if for_ever:
            self._replicas.pop(id, None)
            self._born.pop(id, None)

    def _running(self, service: str) -> list[Replica]:
        return [self._replicas[id] for id in self._working if self._replicas[id].to.service == service]

    def _changed(self, rule: Rule, batch: Sequence[str]) -> None:
        inside = (rule.inside(path) for path in batch)
        paths = {path for path in inside if path is not None and rule.takes(path)}
        if not paths:
            return
        self._sift(rule, self._loops[rule].changed(paths, time.monotonic()))

    def _sift(self, rule: Rule, sifted: Sifted) -> None:
        for path in sifted.looped:
            self._tell(LoopStopped(service=rule.service, path=f"{rule.root}/{path}".rstrip("/")))
        if sifted.held:
            asyncio.get_running_loop().call_later(AFTER, self._release, rule)
        if sifted.passed:
            self._act(rule, set(sifted.passed))

    def _release(self, rule: Rule) -> None:
        if rule in self._loops:
            self._sift(rule, self._loops[rule].release(time.monotonic()))

    def _act(self, rule: Rule, paths: set[str]) -> None:
        if rule.action.copies:
            self._touched[rule] |= paths
            for replica in self._running(rule.service):
                replica.changed(rule, paths)
        elif self._rebuilds is None:
            self._missed.setdefault(rule, set()).update(paths)
        elif rule.action is Action.REBUILD:
            self._loops[rule].acting(paths, time.monotonic())
            self._rebuilds.want(rule, frozenset(paths))
        else:
            for replica in self._running(rule.service):
                self._then(rule, frozenset(paths), replica.to, time.perf_counter())

    def _then(self, rule: Rule, paths: frozenset[str], to: Destination, since: float) -> None:
        if rule.reload is None:
            self._acted(rule, paths)
        elif self._reloads:
            self._loops[rule].acting(paths, time.monotonic())
            # A process that has just begun may not listen yet, and a signal would end it.
            young = time.monotonic() - self._born.get(to.id, -_YOUNG) < _YOUNG
            reload = Reload() if young and rule.reload.signal else rule.reload
            self._reloads.owe(to, rule, reload, paths, since)

    def _acted(self, rule: Rule, paths: frozenset[str]) -> None:
        if rule in self._loops:
            self._loops[rule].acted(paths, time.monotonic())


def _all(rule: Rule) -> object:
    """With what tells no two rules apart."""
    return rule, rule.reload, rule.ignored, rule.included
