"""Walking a plan: each step as soon as those before it are done, and what came of it all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from devbox.compose.model import Project
from devbox.errors import BuildFailed, DevboxError, EngineLost
from devbox.plan.plan import Node, Plan
from devbox.plan.steps import BuildImage, PullImage, WaitFor
from devbox.plan.text import step_text
from devbox.ports import Builder, Engine, Kit, Progress
from devbox.session.act import Says, Tools, act
from devbox.session.events import Event, Noticed, StepEnded, StepNoted, StepProgressed, StepStarted
from devbox.session.gate import Filled, nothing_owed
from devbox.session.helper import Helper
from devbox.session.news import News
from devbox.session.state import Phase
from devbox.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a plan: `errors` by step id ("": before any step), `left` what is still to be done, in words."""

    phase: Phase
    plan: Plan
    errors: tuple[tuple[str, DevboxError], ...] = ()
    left: tuple[str, ...] = ()


async def walk(
    plan: Plan,
    *,
    project: Project,
    engine: Engine,
    builder: Builder,
    kit: Callable[[], Kit],
    settings: Settings,
    operation: int,
    emit: Callable[[Event], None],
    cancel: asyncio.Event,
    now: Callable[[], float],
    filled: Filled = nothing_owed,
) -> Outcome:
    """Do the plan's steps. Of a failed step only the dependents are skipped.

    Once `cancel` is set no step starts; gates, pulls and builds are broken off, what else runs is brought to its end.
    A plan with problems is refused whole.
    """
    if plan.problems:
        errors = tuple(
            ("", DevboxError(f"{one.place}: {one.message}" if one.place else one.message, hint=one.hint))
            for one in plan.problems
        )
        return Outcome(phase=Phase.FAILED, plan=plan, errors=errors, left=tuple(_texts(plan.nodes)))
    async with News(engine, project.name) as news:
        tools = Tools(
            project=project,
            engine=engine,
            builder=builder,
            helper=Helper(kit),
            news=news,
            eager_health=settings.eager_health,
            calls=asyncio.Semaphore(max(1, settings.parallel)),
            filled=filled,
        )
        walker = _Walker(plan=plan, tools=tools, operation=operation, emit=emit, cancel=cancel, now=now)
        return await walker.run()


@dataclass(kw_only=True)
class _Walker:
    plan: Plan
    tools: Tools
    operation: int
    emit: Callable[[Event], None]
    cancel: asyncio.Event
    now: Callable[[], float]
    ended: dict[str, Phase] = field(default_factory=dict)
    errors: dict[str, DevboxError] = field(default_factory=dict)
    running: dict[asyncio.Task[None], Node] = field(default_factory=dict)

    async def run(self) -> Outcome:
        cancelled = asyncio.create_task(self.cancel.wait())
        try:
            self._begin()
            while self.running:
                watched = [*self.running, *([cancelled] if not cancelled.done() else [])]
                done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if task is cancelled:
                        self._break_off()
                    else:
                        self._end(task)  # type: ignore[arg-type]
                self._begin()
        finally:
            cancelled.cancel()
            for task in self.running:
                task.cancel()
            if self.running:
                await asyncio.wait(self.running)
        return self._outcome()

    def _begin(self) -> None:
        """Start what can start, and skip what cannot any more."""
        under_way = {node.id for node in self.running.values()}
        for node in self.plan.nodes:
            if node.id in self.ended or node.id in under_way or not node.after <= self.ended.keys():
                continue
            met = all(self.ended[id] is Phase.DONE for id in node.after)
            optional = isinstance(node.step, WaitFor) and not node.step.required
            if self._is_stopping():
                continue
            if not met and not optional:
                self._skip(node)
            elif not met:
                self._note(node, "goes on without it")
                self._finish(node, Phase.DONE)
            else:
                self.emit(StepStarted(operation=self.operation, step=node.id, at=self.now()))
                self.running[asyncio.create_task(self._do(node), name=node.id)] = node

    def _is_stopping(self) -> bool:
        return self.cancel.is_set() or any(isinstance(error, EngineLost) for error in self.errors.values())

    async def _do(self, node: Node) -> None:
        said = ""

        def note(text: str) -> None:
            nonlocal said
            if text != said:
                said = text
                self._note(node, text)

        def progress(batch: tuple[Progress, ...]) -> None:
            self.emit(StepProgressed(operation=self.operation, step=node.id, batch=batch))

        def warn(text: str) -> None:
            note(text)
            told = f"{step_text(node.step)}: {' '.join(text.split())}"
            self.emit(Noticed(text=told, severity="warning", at=self.now()))

        await act(node.step, self.tools, Says(note, progress, warn))

    def _break_off(self) -> None:
        """End what only waits or can be done again from where it was."""
        for task, node in self.running.items():
            if isinstance(node.step, WaitFor | PullImage | BuildImage):
                task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        node = self.running.pop(task)
        if task.cancelled():
            self._finish(node, Phase.CANCELLED)
            return
        error = task.exception()
        if error is None:
            self._finish(node, Phase.DONE)
        elif isinstance(error, DevboxError):
            self.errors[node.id] = error
            self._finish(node, Phase.FAILED, _in_full(error))
            if isinstance(error, EngineLost):
                self._break_off()
        else:
            raise error

    def _skip(self, node: Node) -> None:
        causes = [id for id in sorted(node.after) if self.ended[id] is not Phase.DONE]
        self._finish(node, Phase.SKIPPED, f"not done: {', '.join(causes)}")

    def _finish(self, node: Node, phase: Phase, error: str = "") -> None:
        self.ended[node.id] = phase
        self.emit(StepEnded(operation=self.operation, step=node.id, phase=phase, at=self.now(), error=error))

    def _note(self, node: Node, text: str) -> None:
        self.emit(StepNoted(operation=self.operation, step=node.id, note=text))

    def _outcome(self) -> Outcome:
        left = [node for node in self.plan.nodes if self.ended.get(node.id) is not Phase.DONE]
        undone = Phase.CANCELLED if left else Phase.DONE
        phase = Phase.FAILED if self.errors else undone
        return Outcome(phase=phase, plan=self.plan, errors=tuple(self.errors.items()), left=tuple(_texts(left)))


def _in_full(error: DevboxError) -> str:
    """What happened, and of a build its last lines and where the whole log lies."""
    if not isinstance(error, BuildFailed):
        return error.message
    return "\n".join(part for part in (error.message, *(f"| {line}" for line in error.tail), error.where) if part)


def _texts(nodes: list[Node] | tuple[Node, ...]) -> list[str]:
    return [step_text(node.step) for node in nodes]
