"""`devbox plan`: what `up` would change, and why."""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments
from devbox.cli.output import printable, say, say_json
from devbox.cli.project import opened
from devbox.errors import ExitCode
from devbox.plan.commands import Up

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.plan.plan import Plan
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(subparsers, "plan", "What `up` would change, and why. Nothing is changed.")
    parser.add_argument("--detailed-exitcode", action="store_true", help="end with 4 if there is something to do")
    parser.add_argument("--build", action="store_true", help="as `up --build`")
    parser.add_argument("--force-recreate", action="store_true", help="as `up --force-recreate`")
    parser.add_argument("--no-deps", action="store_true", help="as `up --no-deps`")
    parser.add_argument("--remove-orphans", action="store_true", help="as `up --remove-orphans`")
    arguments.rolling(parser)
    arguments.as_json(parser)
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print the plan; 1 if it could not be carried out."""
    from devbox.plan.text import describe
    from devbox.session.look import look
    from devbox.session.policy import in_environment

    command = Up(
        services=tuple(args.services),
        build=args.build,
        force_recreate=args.force_recreate,
        no_deps=args.no_deps,
        remove_orphans=args.remove_orphans,
        rolling=args.rolling,
        renew_volumes=True,
    )
    async with opened(args, outside) as stack:
        plan, _ = await look(in_environment(command, stack.environment), stack.project, stack.engine, stack.guard)
        plan = replace(plan, problems=tuple(stack.located(one, outside.cwd) for one in plan.problems))
    if args.json:
        say_json(as_json(plan))
    else:
        for line in describe(plan).splitlines():
            say(printable(line))
    if plan.problems:
        return ExitCode.FAILED
    return ExitCode.CHANGES if plan and args.detailed_exitcode else ExitCode.DONE


def as_json(plan: Plan) -> dict[str, Any]:
    """The plan as scripts read it."""
    from devbox.plan.text import step_text

    return {
        "project": plan.project,
        "steps": [
            {
                "id": node.id,
                "kind": type(node.step).__name__,
                "text": step_text(node.step),
                "why": node.step.why,
                "after": sorted(node.after),
            }
            for node in plan.nodes
        ],
        "changes": [asdict(change) for change in plan.changes],
        "destroys": list(plan.destroys),
        "problems": [str(problem) for problem in plan.problems],
        "warnings": list(plan.warnings),
        "unchanged": list(plan.unchanged),
        "orphans": list(plan.orphans),
    }
