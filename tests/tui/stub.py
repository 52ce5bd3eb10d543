"""A scripted session: holds a State, remembers what it was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from devbox.compose.provenance import Explanation
from devbox.compose.report import Path
from devbox.logs.buffer import LogBuffer
from devbox.logs.merged import MergedLog
from devbox.plan.observed import Container
from devbox.plan.plan import Plan
from devbox.session.commands import Command
from devbox.session.state import State
from devbox.sync.compare import Verified
from tests.tui.stub_debugging import StubDebugging


class StubStore:
    """Tells its listeners at once."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._listeners: list[Callable[[State], None]] = []

    def subscribe(self, callback: Callable[[State], None]) -> Callable[[], None]:
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def put(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)
        for listener in list(self._listeners):
            listener(self.state)


class StubLogs:
    """Buffers that tests fill."""

    def __init__(self) -> None:
        self.buffers: dict[str, LogBuffer] = {}
        self.all = MergedLog()
        self.shown: frozenset[str] | None = None
        self.listeners: list[Callable[[], None]] = []

    def buffer(self, service: str) -> LogBuffer:
        if service not in self.buffers:
            self.buffers[service] = LogBuffer(2000, 1 << 20)
            self.all.add(self.buffers[service])
        return self.buffers[service]

    def merged(self) -> MergedLog:
        return self.all

    def show(self, services: Any) -> None:
        self.shown = services

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


class StubWatching:
    """Remembers what was asked; `found` is what a comparison finds."""

    def __init__(self) -> None:
        self.turned: list[bool] = []
        self.reloaded: list[str] = []
        self.found: tuple[Verified, ...] = ()

    def turn(self, on: bool) -> None:
        self.turned.append(on)

    def reload(self, services: Iterable[str]) -> None:
        self.reloaded += services

    async def verify(self, services: Iterable[str] = ()) -> tuple[Verified, ...]:
        return self.found


class StubSession:
    """Answers previews with the plan given for the command's type."""

    def __init__(self, state: State, plans: dict[type, Callable[[Any], Plan]] | None = None) -> None:
        self.store = StubStore(state)
        self.logs = StubLogs()
        self.watching = StubWatching()
        self.debugging = StubDebugging(self.store.put, lambda: self.store.state)
        self.plans = plans or {}
        self.commands: list[Command] = []
        self.cancelled: list[int] = []
        self.shells: list[tuple[str, str]] = []
        self.retries = 0
        self.declined = 0
        self.clashes: tuple[str, ...] = ()
        self.lacking: tuple[str, ...] = ()
        self.watched: frozenset[str] = frozenset()
        self.plan_wanted = False
        self.explanations: dict[Path, tuple[Explanation, ...]] = {}

    def command(self, command: Command) -> int:
        self.commands.append(command)
        return len(self.commands)

    def cancel(self, operation: int) -> None:
        self.cancelled.append(operation)

    async def preview(self, command: Any) -> Plan:
        make = self.plans.get(type(command))
        return make(command) if make else Plan(project="shop")

    def in_the_way(self, environment: str) -> tuple[str, ...]:
        return self.clashes

    def missing_secrets(self, environment: str) -> tuple[str, ...]:
        return self.lacking

    def explain(self, path: Path) -> Iterator[Explanation]:
        return iter(self.explanations.get(path, ()))

    def watch_usage(self, services: frozenset[str]) -> None:
        self.watched = services

    def want_plan(self, wanted: bool) -> None:
        self.plan_wanted = wanted

    async def shell(self, service: str, container: str = "") -> int:
        self.shells.append((service, container))
        return 0

    async def inspect(self, container: str) -> Container:
        return next(c for row in self.store.state.rows for c in row.containers if c.id == container)

    def decline(self) -> None:
        self.declined += 1

    def retry(self) -> None:
        self.retries += 1

    async def refresh_projects(self) -> None:
        return None
