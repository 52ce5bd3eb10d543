"""`devbox rollback`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm
from devbox.cli.output import note, printable
from devbox.cli.perform import perform_on
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.cli.table import duration, grid
from devbox.errors import ExitCode
from devbox.plan.commands import Rollback

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.cli.project import Stack
    from devbox.plan.observed import Observed
    from devbox.plan.plan import Plan
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "rollback",
        "Recreate services (none named: all that can go back) with the image they had before `up` changed it, and wait "
        "until they are healthy. Another rollback goes forward again; `devbox up` goes to what the files say.",
    )
    parser.add_argument(
        "--wait-timeout", type=arguments.seconds, metavar="SECONDS", help="give up waiting after this long"
    )
    arguments.rolling(parser)
    arguments.grace(parser)
    arguments.assume_yes(parser)
    arguments.as_json(parser, "print what was done as JSON")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Show what goes where, ask, do it."""
    from devbox.session.look import look
    from devbox.session.policy import in_environment

    command = Rollback(
        services=tuple(args.services), rolling=args.rolling, timeout=args.timeout, wait_timeout=args.wait_timeout
    )
    async with opened(args, outside) as stack:
        check_services(stack.project, None, command.services)
        confirm.permit(stack.environment, args.yes_i_mean)
        confirm.trust(stack.project, yes=args.yes)
        command = in_environment(command, stack.environment)
        plan, observed = await look(command, stack.project, stack.engine, stack.guard)
        if plan:
            for line in (*_table(stack, observed, command, outside.now() + stack.engine.ahead), *_besides(plan)):
                note(line)
        if plan and not plan.problems and not args.yes and not confirm.goes_ahead():
            note("Nothing was changed.")
            return ExitCode.FAILED
        code = await perform_on(stack, args, outside, command)
    if code == ExitCode.FAILED and plan and not plan.problems:
        note("Another `devbox rollback` goes to what ran before.")
    return code


def _table(stack: Stack, observed: Observed, command: Rollback, now: float) -> list[str]:
    """Which service goes from which image to which, and for how long it has been so."""
    from devbox.plan.converge import image_text
    from devbox.plan.names import image_name, known_services, short_id
    from devbox.plan.rollback import returns

    rows = []
    for one in returns(stack.project, observed, command.services or known_services(stack.project)):
        name = image_name(stack.project.name, one.service)
        present = f"{short_id(one.now.image_id)} ({name})" if one.now.image == name else short_id(one.now.image_id)
        rows.append((one.service.name, present, duration(now - one.now.created), image_text(one.image, name)))
    return grid(("SERVICE", "FROM", "FOR", "BACK TO"), rows)


def _besides(plan: Plan) -> list[str]:
    """What else differs: the files may have changed since, and they are what counts."""
    from devbox.plan.text import change_text

    found = [change_text(one) for one in plan.changes if one.property != "image"]
    return ["Besides, as the files have it now:", *(f"  {printable(line)}" for line in found)] if found else []
