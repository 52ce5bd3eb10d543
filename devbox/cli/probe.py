"""`devbox probe`: how each running service answers now."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from devbox.cli.arguments import as_json, services, verb
from devbox.cli.output import printable, say, say_json, stdout_style
from devbox.cli.project import opened
from devbox.cli.select import check_services, only
from devbox.compose.model import Condition
from devbox.errors import ExitCode
from devbox.plan.observed import RunState
from devbox.session.answers import Answer, ask

if TYPE_CHECKING:
    from devbox.ports import Outside


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the verb."""
    parser = verb(
        subparsers,
        "probe",
        "Run each service's own healthcheck once, now, and ask its published port the same from outside.",
    )
    services(parser)
    as_json(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """0 when every service answers; 1 when one does not, or does not run."""
    async with opened(args, outside) as stack:
        observed = await stack.engine.observe(stack.project.name, detail=True)
        check_services(stack.project, observed, args.services)
        project, observed = only(args.services, stack.project, observed)
        running = [c for c in observed.containers if c.state is RunState.RUNNING and not c.oneoff]
        asked = await asyncio.gather(*(ask(stack.engine, container) for container in running))
    answers = [answer for group in asked for answer in group]
    # What others wait for the end of (a migration) has nothing to answer once it ended well.
    awaited = {
        one.service
        for service in project.services.values()
        for one in service.depends_on.values()
        if one.condition is Condition.COMPLETED
    }
    ended = {
        c.service for c in observed.containers if c.state is RunState.EXITED and c.detail and not c.detail.exit_code
    }
    silent = [name for name in project.services if name not in {c.service for c in running} | (awaited & ended)]
    if args.json:
        say_json([asdict(answer) for answer in answers])
    else:
        for answer in answers:
            say(_line(answer))
        for name in silent:
            say(f"{stdout_style('✗', 'red')} {name}: does not run")
    return ExitCode.DONE if not silent and all(answer.ok for answer in answers) else ExitCode.FAILED


def _line(answer: Answer) -> str:
    sign = stdout_style("✓", "green") if answer.ok else stdout_style("✗", "red")
    took = stdout_style(f"({answer.seconds * 1000:.0f} ms)", "dim")
    return f"{sign} {answer.container}  {answer.question}: {printable(answer.text)} {took}"
