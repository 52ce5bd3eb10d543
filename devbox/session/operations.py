"""Operations as their events tell of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from devbox.ports import Progress
from devbox.session.events import (
    OperationCancelling,
    OperationEnded,
    OperationStarted,
    StepEnded,
    StepNoted,
    StepProgressed,
    StepStarted,
)
from devbox.session.state import Operation, Phase, StepState

KEPT = 20

OperationEvent = (
    OperationStarted | StepStarted | StepNoted | StepProgressed | StepEnded | OperationCancelling | OperationEnded
)


def fold(operations: tuple[Operation, ...], event: OperationEvent) -> tuple[Operation, ...]:
    """The operations after `event`; those that ended are forgotten, oldest first, above KEPT."""
    match event:
        case OperationStarted(operation=operation):
            return _started(operations, operation)
        case StepStarted(step=step, at=at):
            return _step(operations, event.operation, step, lambda old: replace(old, phase=Phase.RUNNING, started=at))
        case StepNoted(step=step, note=note):
            return _step(operations, event.operation, step, lambda old: replace(old, note=note))
        case StepProgressed(step=step, batch=batch):
            return _step(operations, event.operation, step, lambda old: _progressed(old, batch))
        case StepEnded(step=step, phase=phase, at=at, error=error):
            ended_step = lambda old: replace(old, phase=phase, ended=at, error=error)  # noqa: E731
            return _step(operations, event.operation, step, ended_step)
        case OperationCancelling():
            return _change(operations, event.operation, lambda old: replace(old, cancelling=True))
        case OperationEnded(phase=phase, at=at, error=error, hint=hint):
            return _change(
                operations,
                event.operation,
                lambda old: replace(old, phase=phase, ended=at, error=error, hint=hint, cancelling=False),
            )


def _started(operations: tuple[Operation, ...], operation: Operation) -> tuple[Operation, ...]:
    """One that is known already has been planned (again): its steps are others, the rest stays."""
    if any(old.id == operation.id for old in operations):
        return _change(operations, operation.id, lambda old: replace(old, title=operation.title, steps=operation.steps))
    ended = [old.id for old in operations if old.phase is not Phase.RUNNING]
    forgotten = set(ended[: max(0, len(operations) + 1 - KEPT)])
    return (*(old for old in operations if old.id not in forgotten), operation)


def _change(
    operations: tuple[Operation, ...], id: int, change: Callable[[Operation], Operation]
) -> tuple[Operation, ...]:
    return tuple(change(operation) if operation.id == id else operation for operation in operations)


def _step(
    operations: tuple[Operation, ...], id: int, step: str, change: Callable[[StepState], StepState]
) -> tuple[Operation, ...]:
    def changed(operation: Operation) -> Operation:
        steps = {**operation.steps, step: change(operation.steps.get(step, StepState(id=step)))}
        return replace(operation, steps=steps)

    return _change(operations, id, changed)


def _progressed(step: StepState, batch: tuple[Progress, ...]) -> StepState:
    """Items by name, their last message; output lines belong to the item that printed them, the last one is kept."""
    progress = dict(step.progress)
    for message in batch:
        old = progress.get(message.item)
        if message.log and not message.status and old is not None:
            message = replace(old, log=message.log)
        progress[message.item] = message
    return replace(step, progress=progress)
