"""Carrying out a planned command from the command line, with progress, confirmation and Ctrl-C."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from devbox.cli import confirm
from devbox.cli.failure import lines
from devbox.cli.interrupt import stopping
from devbox.cli.output import note, printable, say_json
from devbox.cli.progress import Progress
from devbox.cli.project import Stack, opened
from devbox.cli.select import check_services
from devbox.errors import BuildFailed, DevboxError, ExitCode, Interrupted
from devbox.plan.commands import Down, Up
from devbox.session.events import Noticed
from devbox.session.state import Phase

if TYPE_CHECKING:
    import argparse

    from devbox.plan.commands import PlannedCommand
    from devbox.ports import Outside
    from devbox.session.gate import Filled
    from devbox.session.perform import Outcome
    from devbox.sync.told import Told


async def perform(args: argparse.Namespace, outside: Outside, command: PlannedCommand) -> int:
    """Do `command` on the chosen project; the verb's exit code."""
    async with opened(args, outside, by_name=isinstance(command, Down)) as stack:
        confirm.permit(stack.environment, args.yes_i_mean)
        if isinstance(command, Up):
            confirm.trust(stack.project, yes=args.yes)
        return await perform_on(stack, args, outside, command)


async def perform_on(stack: Stack, args: argparse.Namespace, outside: Outside, command: PlannedCommand) -> int:
    """Do `command` on a project that is open."""
    from devbox.session.perform import perform as carry_out
    from devbox.session.policy import in_environment

    check_services(stack.project, None, command.services)
    with walking(outside) as (progress, cancel):
        outcome = await carry_out(
            in_environment(command, stack.environment),
            project=stack.project,
            engine=stack.engine,
            builder=outside.builder(stack.engine),
            kit=outside.kit,
            settings=outside.settings,
            emit=progress.take,
            cancel=cancel,
            now=outside.now,
            guard=stack.guard,
            confirm=None if getattr(args, "yes", False) else progress.aside(confirm.agree),
            locate=lambda problem: stack.located(problem, outside.cwd),
            filled=_filled(stack, outside, progress),
        )
    if getattr(args, "json", False):
        say_json(as_json(outcome, progress))
    return ended(outcome, args.verb)


def _filled(stack: Stack, outside: Outside, progress: Progress) -> Filled:
    """What gives containers the files that rules of develop.watch owe them before they are called ready."""
    from devbox.session.gate import nothing_owed

    services = [service for service in stack.project.services.values() if service.watch]
    if not services or stack.environment.protected or not outside.settings.watch:
        return nothing_owed
    from devbox.session.filling import Filling
    from devbox.session.synced import words

    def tell(told: Told) -> None:
        if text := words(told):
            progress.take(Noticed(text=f"{told.service}: {text}", severity="information", at=outside.now()))

    return Filling(
        stack.engine,
        stack.project.name,
        services,
        sources=outside.sources(),
        ledgers=outside.ledgers(),
        tell=tell,
        now=outside.now,
    ).filled


@contextmanager
def walking(outside: Outside) -> Iterator[tuple[Progress, asyncio.Event]]:
    """Within, Ctrl-C sets the event that is yielded, and the progress is drawn; a second Ctrl-C leaves at once."""
    progress = Progress(outside.now)
    cancel = asyncio.Event()
    try:
        with progress.live(), stopping(cancel, progress.cancelling):
            yield progress, cancel
    except asyncio.CancelledError:
        if not cancel.is_set():
            raise
        raise Interrupted(
            "Left at once.", hint="What was being done may be half done; `devbox plan` tells what is left."
        ) from None


def ended(outcome: Outcome, verb: str) -> int:
    """Say what went wrong or is left, and choose the exit code."""
    match outcome.phase:
        case Phase.DONE:
            if not outcome.plan:
                note(f"{outcome.plan.project}: nothing to do.")
            return ExitCode.DONE
        case Phase.CANCELLED:
            if not outcome.left:  # declined: nothing was begun, or something would be left
                note("Nothing was changed.")
                if verb == "up" and outcome.plan.destroys:
                    note("`devbox up --keep-volumes` goes on with volumes that the files have changed as they are.")
                return ExitCode.FAILED
            note(f"Stopped cleanly. Left to do ({len(outcome.left)}):")
            for text in outcome.left:
                note(f"  {printable(text)}")
            note(f"`devbox {verb}` goes on from here.")
            return ExitCode.INTERRUPTED
    for _, error in outcome.errors:
        for line in lines(error):
            note(line)
    failed = {id for id, _ in outcome.errors}
    if failed == {""}:
        note("Nothing was changed.")
    elif failed and len(outcome.left) > len(failed):
        note(f"Not done because of it: {', '.join(map(printable, _behind(outcome, failed)))}")
    codes = {int(error.exit_code) for _, error in outcome.errors}
    return ExitCode.NO_ENGINE if codes == {int(ExitCode.NO_ENGINE)} else ExitCode.FAILED


def _behind(outcome: Outcome, failed: set[str]) -> list[str]:
    """What is left besides the steps that failed themselves, in words."""
    from devbox.plan.text import step_text

    own = {step_text(node.step) for node in outcome.plan.nodes if node.id in failed}
    return [text for text in outcome.left if text not in own]


def as_json(outcome: Outcome, progress: Progress) -> dict[str, Any]:
    """What was done, as scripts read it."""
    return {
        "project": outcome.plan.project,
        "result": outcome.phase.value,
        "steps": progress.report(),
        "changes": [asdict(one) for one in outcome.plan.changes],
        "errors": [_error_as_json(step, error) for step, error in outcome.errors],
        "left": list(outcome.left),
        "unchanged": list(outcome.plan.unchanged),
        "warnings": [*outcome.plan.warnings, *progress.noticed()],
    }


def _error_as_json(step: str, error: DevboxError) -> dict[str, Any]:
    found: dict[str, Any] = {"step": step, "message": error.message, "hint": error.hint}
    if isinstance(error, BuildFailed):
        found |= {"tail": list(error.tail), "log": error.log_file}
    return found
