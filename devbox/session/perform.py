"""A command from the first look at the engine to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.compose.model import Project
from devbox.errors import BuildFailed, DevboxError, Problem
from devbox.plan.commands import PlannedCommand, Up
from devbox.plan.observed import Observed
from devbox.plan.plan import Plan
from devbox.plan.steps import BuildImage, PullImage
from devbox.ports import Builder, Engine, Kit
from devbox.session.events import Event, OperationEnded, OperationStarted, PlanComputed
from devbox.session.gate import Filled, nothing_owed
from devbox.session.look import look
from devbox.session.state import Operation, Phase, StepState
from devbox.session.titles import title
from devbox.session.up import Outcome as Outcome
from devbox.session.up import walk
from devbox.settings import Settings

if TYPE_CHECKING:
    from devbox.session.guarding import Guarding


async def perform(
    command: PlannedCommand,
    *,
    project: Project,
    engine: Engine,
    builder: Builder,
    kit: Callable[[], Kit],
    settings: Settings,
    emit: Callable[[Event], None],
    cancel: asyncio.Event,
    now: Callable[[], float],
    confirm: Callable[[Plan], Awaitable[bool]] | None,
    guard: Guarding | None = None,
    operation: int = 1,
    locate: Callable[[Problem], Problem] = lambda problem: problem,
    filled: Filled = nothing_owed,
) -> Outcome:
    """Look, plan, ask `confirm` if something would be lost, and walk; told as one operation.

    `locate` finds the line behind a problem of the plan.
    Errors of the look itself (no engine, an unknown service) are raised; what fails on the way is in the Outcome.
    """
    started = Operation(id=operation, title=title(command), services=command.services, started=now())

    async def planned(command: PlannedCommand) -> tuple[Plan, Observed]:
        plan, observed = await look(command, project, engine, guard)
        return replace(plan, problems=tuple(map(locate, plan.problems))), observed

    try:
        plan, observed = await planned(command)
    except DevboxError as error:
        emit(OperationStarted(operation=started))
        emit(_ended(operation, Phase.FAILED, now(), error))
        raise
    emit(PlanComputed(plan=plan))
    emit(OperationStarted(operation=replace(started, steps=_steps(plan))))
    if plan.destroys and not plan.problems and confirm is not None and not await confirm(plan):
        outcome = Outcome(phase=Phase.CANCELLED, plan=plan)
        emit(_ended(operation, Phase.CANCELLED, now()))
        return outcome

    async def do(part: Plan) -> Outcome:
        return await walk(
            part,
            project=project,
            engine=engine,
            builder=builder,
            kit=kit,
            settings=settings,
            operation=operation,
            emit=emit,
            cancel=cancel,
            now=now,
            filled=filled,
        )

    if isinstance(command, Up) and _depends_on_images(plan, observed):
        outcome = await do(_images_only(plan))
        if outcome.phase is Phase.DONE:
            # Which containers the new images replace is known only now.
            after = replace(command, build=False, no_build=True, pull="missing")
            plan, _ = await planned(after)
            emit(PlanComputed(plan=plan))
            emit(OperationStarted(operation=replace(started, steps=_steps(plan))))
            outcome = await do(plan)
    else:
        outcome = await do(plan)
    emit(_ended(operation, outcome.phase, now(), *(error for _, error in outcome.errors)))
    return outcome


def _depends_on_images(plan: Plan, observed: Observed) -> bool:
    """Whether images are to be had for services whose containers are there already."""
    waiting = {name for step in _image_steps(plan) for name in _services(step)}
    return any(one.service in waiting and not one.oneoff for one in observed.containers)


def _image_steps(plan: Plan) -> list[PullImage | BuildImage]:
    return [node.step for node in plan.nodes if isinstance(node.step, PullImage | BuildImage)]


def _services(step: PullImage | BuildImage) -> tuple[str, ...]:
    return step.services if isinstance(step, PullImage) else (step.service, *step.also)


def _images_only(plan: Plan) -> Plan:
    """The pulls and builds of the plan; they come after nothing but each other."""
    return replace(plan, nodes=tuple(node for node in plan.nodes if isinstance(node.step, PullImage | BuildImage)))


def _steps(plan: Plan) -> dict[str, StepState]:
    return {node.id: StepState(id=node.id) for node in plan.nodes}


def _ended(operation: int, phase: Phase, at: float, *errors: DevboxError) -> OperationEnded:
    if not errors:
        return OperationEnded(operation=operation, phase=phase, at=at)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    hints = (errors[0].hint, errors[0].where if isinstance(errors[0], BuildFailed) else "")
    return OperationEnded(
        operation=operation,
        phase=phase,
        at=at,
        error=f"{errors[0].message}{more}",
        hint="\n".join(hint for hint in hints if hint),
    )
