"""Operations under way: who may begin beside whom, how they are stopped, how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from devbox.errors import DevboxError
from devbox.session.events import (
    Event,
    Noticed,
    OperationCancelling,
    OperationEnded,
    OperationStarted,
    PlanComputed,
)
from devbox.session.state import Operation, Phase

Work = Callable[["Job"], Awaitable[object]]
"""DevboxError ends the operation as failed."""

_GRACE = 0.5


@dataclass(slots=True, eq=False)
class Job:
    """One operation under way; `services` None: any of the project's."""

    id: int
    title: str
    services: frozenset[str] | None
    emit: Callable[[Event], None]
    cancel: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    ended: bool = False

    def tell(self, event: Event) -> None:
        """Pass on what the operation tells."""
        match event:
            case PlanComputed():
                # State's plan is the one of `up`, and this is the operation's own.
                return
            case OperationStarted(operation=operation):
                event = OperationStarted(operation=replace(operation, title=self.title))
            case OperationEnded():
                self.ended = True
        self.emit(event)

    def overlaps(self, services: frozenset[str] | None) -> bool:
        """Whether both may touch the same service."""
        return self.services is None or services is None or bool(self.services & services)


class Running:
    """The jobs that run now."""

    def __init__(self, *, emit: Callable[[Event], None], now: Callable[[], float]) -> None:
        self._emit = emit
        self._now = now
        self._jobs: dict[int, Job] = {}
        self._last = 0

    def begin(
        self,
        group: asyncio.TaskGroup,
        title: str,
        services: frozenset[str] | None,
        work: Work,
    ) -> int:
        """Start `work` and return the operation's id; 0 and a notice if it would get in another one's way."""
        for other in self._jobs.values():
            if other.overlaps(services):
                text = f"{title}: {other.title} is still under way; wait for it or cancel it."
                self._emit(Noticed(text=text, severity="warning", at=self._now()))
                return 0
        self._last += 1
        job = Job(self._last, title, services, self._emit)
        self._jobs[job.id] = job
        named = tuple(sorted(services or ()))
        operation = Operation(id=job.id, title=title, services=named, started=self._now())
        self._emit(OperationStarted(operation=operation))
        job.task = group.create_task(self._run(job, work), name=title)
        return job.id

    def cancel(self, id: int) -> None:
        """Ask the operation to stop between two steps; asked again, break it off."""
        job = self._jobs.get(id)
        if job is None or job.task is None:
            return
        if job.cancel.is_set():
            job.task.cancel()
        else:
            job.cancel.set()
            self._emit(OperationCancelling(operation=id))

    async def end(self) -> None:
        """Stop whatever runs, cleanly if that is quick."""
        tasks = [job.task for job in self._jobs.values() if job.task]
        for job in self._jobs.values():
            job.cancel.set()
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE)
        for task in tasks:
            task.cancel()

    async def _run(self, job: Job, work: Work) -> None:
        ended = OperationEnded(operation=job.id, phase=Phase.CANCELLED, at=0.0)
        try:
            await work(job)
            ended = replace(ended, phase=Phase.DONE)
        except DevboxError as error:
            ended = replace(ended, phase=Phase.FAILED, error=error.message, hint=error.hint)
        finally:
            del self._jobs[job.id]
            if not job.ended:
                self._emit(replace(ended, at=self._now()))
