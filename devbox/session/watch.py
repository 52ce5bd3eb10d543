"""Watching the rules of `develop.watch`: changes to the containers that want them, to restarts and to new images."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing

from devbox.compose.model import Project, Service
from devbox.errors import DevboxError, NotFound
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine, EngineEvent, Sources
from devbox.session.delivery import Destination, destination
from devbox.session.reload import Reloads
from devbox.session.replica import Replica, Volumes
from devbox.sync.flapping import Loops
from devbox.sync.place import Ground
from devbox.sync.rules import Action, Rule, rules
from devbox.sync.told import LoopStopped, RebuildBegan, Rebuilt, Told, WatchBegan

Rebuild = Callable[[str], Awaitable[None]]
"""Build the service's image and bring the service up with it; DevboxError says why not."""


class Watch:
    """The rules of the services of one project; `run` works until cancelled or the engine is lost."""

    def __init__(
        self,
        project: Project,
        services: Sequence[Service],
        *,
        engine: Engine,
        sources: Sources,
        rebuild: Rebuild,
        tell: Callable[[Told], None],
        now: Callable[[], float],
    ) -> None:
        self._project = project.name
        self._engine = engine
        self._sources = sources
        self._rebuild = rebuild
        self._tell = tell
        self._now = now
        self._rules = rules(services, sources.ignore_file)
        self._loops = {rule: Loops() for rule in self._rules}
        self._touched: dict[Rule, set[str]] = {rule: set() for rule in self._rules}
        self._volumes = Volumes()
        self._replicas: dict[str, Replica] = {}
        """By container id, stopped ones too: what they were given is still there when they start again."""
        self._working: dict[str, asyncio.Task[None]] = {}
        self._building: dict[str, asyncio.Event] = {}
        self._told: set[str] = set()
        self._reloads: Reloads | None = None

    async def run(self) -> None:
        async with aclosing(self._engine.events(self._project)) as events, asyncio.TaskGroup() as group:
            self._reloads = Reloads(self._engine, group, self._tell, self._acted)
            await anext(events)  # the subscription stands before the list is asked for
            roots = sorted({rule.root for rule in self._rules})
            group.create_task(self._listen(group, events))
            watching = self._sources.changes(roots)
            for container in (await self._engine.observe(self._project, detail=True)).containers:
                await self._arrived(group, container)
            async with aclosing(watching) as batches:
                async for batch in batches:
                    for rule in self._rules:
                        self._changed(group, rule, batch)

    async def _listen(self, group: asyncio.TaskGroup, events: AsyncGenerator[list[EngineEvent], None]) -> None:
        async for batch in events:
            for event in batch:
                if event.kind == "container" and event.action == "start":
                    try:
                        await self._arrived(group, await self._engine.inspect(event.id))
                    except NotFound:
                        continue  # it ended and was removed already
                elif event.kind == "container" and event.action == "unpause" and event.id in self._replicas:
                    self._replicas[event.id].retry()
                elif event.kind == "container" and event.action in ("die", "destroy"):
                    self._left(event.id, for_ever=event.action == "destroy")

    async def _arrived(self, group: asyncio.TaskGroup, container: Container) -> None:
        """A container runs: it is given what changed since the watch began, and with `initial_sync` all there is."""
        mine = [rule for rule in self._rules if rule.service == container.service]
        if not mine or container.oneoff or container.state is not RunState.RUNNING or container.id in self._working:
            return
        again = container.id in self._replicas
        if again:
            replica = self._replicas[container.id]
            replica.restarted()
        else:
            to = await destination(self._engine, container)
            replica = Replica(self._engine, self._sources, to, self._volumes, self._tell, self._then, self._now)
            self._replicas[container.id] = replica
            self._introduce(container.service, mine, to)
        self._working[container.id] = group.create_task(replica.run(), name=f"sync {container.name}")
        for rule in mine:
            touched = self._touched[rule]
            if rule.action.copies and (missing := {"", *touched} if rule.initial else touched):
                # A container that was recreated has started with the image's files.
                replica.changed(rule, missing, first=again or not touched)

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

    def _running(self, service: str) -> list[Replica]:
        return [self._replicas[id] for id in self._working if self._replicas[id].to.service == service]

    def _changed(self, group: asyncio.TaskGroup, rule: Rule, batch: Sequence[str]) -> None:
        inside = (rule.inside(path) for path in batch)
        paths = {path for path in inside if path is not None and rule.takes(path)}
        if not paths:
            return
        at = time.monotonic()
        if loop := self._loops[rule].changed(paths, at):
            self._tell(LoopStopped(service=rule.service, path=f"{rule.root}/{loop[0]}", times=loop[1]))
            return
        if rule.action.copies:
            self._touched[rule] |= paths
            for replica in self._running(rule.service):
                replica.changed(rule, paths)
        elif rule.action is Action.RESTART:
            for replica in self._running(rule.service):
                self._then(rule, frozenset(paths), replica.to, time.perf_counter())
        else:
            self._build(group, rule, paths)

    def _then(self, rule: Rule, paths: frozenset[str], to: Destination, since: float) -> None:
        if rule.reload and self._reloads:
            self._reloads.owe(to, rule, rule.reload, paths, since)

    def _acted(self, rule: Rule, paths: frozenset[str]) -> None:
        self._loops[rule].acted(paths, time.monotonic())

    def _build(self, group: asyncio.TaskGroup, rule: Rule, paths: set[str]) -> None:
        """Build once more after the one that runs, however many changes come meanwhile."""
        self._tell(RebuildBegan(service=rule.service, path=f"{rule.root}/{min(paths)}".rstrip("/")))
        if wanted := self._building.get(rule.service):
            wanted.set()
            return
        self._building[rule.service] = asyncio.Event()
        group.create_task(self._build_until_quiet(rule, paths))

    async def _build_until_quiet(self, rule: Rule, paths: set[str]) -> None:
        wanted = self._building[rule.service]
        wanted.set()
        while wanted.is_set():
            wanted.clear()
            began = time.perf_counter()
            error = hint = ""
            try:
                await self._rebuild(rule.service)
            except DevboxError as failure:
                error, hint = failure.message, failure.hint
            self._loops[rule].acted(paths, time.monotonic())
            seconds = time.perf_counter() - began
            self._tell(Rebuilt(service=rule.service, seconds=seconds, error=error, hint=hint))
        del self._building[rule.service]
