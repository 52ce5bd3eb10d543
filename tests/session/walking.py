"""Doing commands on the fake engine, with what was told on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from devbox.adapters.kit import InstalledKit
from devbox.compose.model import Project
from devbox.errors import BuildFailed
from devbox.plan.commands import PlannedCommand
from devbox.plan.plan import Plan
from devbox.ports import BuildRequest, Engine, Kit, Progress
from devbox.session.events import Event, StepEnded, StepNoted, StepStarted
from devbox.session.perform import perform
from devbox.session.state import Phase
from devbox.session.up import Outcome
from devbox.settings import Settings
from tests.fakes import FakeEngine, FakeImage


@dataclass
class FakeBuilder:
    """Builds into the fake engine; a failing service gives its last lines."""

    engine: FakeEngine | None = None
    failing: Sequence[str] = ()
    requests: list[BuildRequest] = field(default_factory=list)

    async def build(self, request: BuildRequest) -> AsyncIterator[list[Progress]]:
        self.requests.append(request)
        yield [Progress(item="1/1", status="RUN make")]
        if request.service in self.failing:
            raise BuildFailed(f"{request.service} did not build", tail=("make: *** no rule",))
        if self.engine is not None:
            self.engine.images[request.image] = FakeImage(content=f"build {len(self.requests)}")
        yield [Progress(item="1/1", done=True)]


@dataclass
class Doing:
    """A command under way and what it told."""

    engine: Engine
    project: Project
    builder: FakeBuilder = field(default_factory=FakeBuilder)
    kit: Callable[[], Kit] = InstalledKit
    settings: Settings = field(default_factory=Settings)
    events: list[Event] = field(default_factory=list)
    cancel: asyncio.Event = field(default_factory=asyncio.Event)

    async def do(self, command: PlannedCommand, confirm: Callable[[Plan], Awaitable[bool]] | None = None) -> Outcome:
        return await perform(
            command,
            project=self.project,
            engine=self.engine,
            builder=self.builder,
            kit=self.kit,
            settings=self.settings,
            emit=self.events.append,
            cancel=self.cancel,
            now=time.time,
            confirm=confirm,
        )

    def began(self) -> list[str]:
        return [event.step for event in self.events if isinstance(event, StepStarted)]

    def ended(self, phase: Phase) -> list[str]:
        return [event.step for event in self.events if isinstance(event, StepEnded) and event.phase is phase]

    def notes(self, step: str) -> list[str]:
        return [event.note for event in self.events if isinstance(event, StepNoted) and event.step == step]
