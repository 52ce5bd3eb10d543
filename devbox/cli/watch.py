"""`devbox watch`, and what it has in common with `devbox up --watch`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.errors import UsageError
from devbox.plan.commands import Up

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.cli.project import Stack
    from devbox.compose.model import Project, Service
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "watch",
        "Bring services up, and keep their containers like the files that `develop.watch` names, until Ctrl-C. "
        "When the Compose files are saved, their rules are taken up and what `up` would change is told, not done.",
    )
    parser.add_argument("--no-up", action="store_true", help="leave the services as they are and only watch")
    arguments.assume_yes(parser)
    arguments.as_json(parser, "a JSON object a line")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """130 when interrupted, which is how it ends."""
    return await stay_with(args, outside, None if args.no_up else Up(services=tuple(args.services)))


async def stay_with(args: argparse.Namespace, outside: Outside, up: Up | None) -> int:
    """Bring services up, None: leave them as they are, and watch them; UsageError if none of them has rules."""
    from devbox.cli.stay import stay

    async with opened(args, outside) as stack:
        check_services(stack.project, None, args.services)
        watched(stack, args.services)
        confirm.permit(stack.environment, args.yes_i_mean)
        confirm.trust(stack.project, yes=args.yes)
        if up is not None:
            from devbox.cli.perform import perform_on

            quiet = argparse.Namespace(**{**vars(args), "json": False})
            if code := await perform_on(stack, quiet, outside, up):
                return code
        return await stay(stack, args, outside)


def watched(stack: Stack, named: list[str]) -> list[Service]:
    """The services, of those named or of all, that have rules; UsageError if there is none."""
    found = with_rules(stack.project, named)
    if not found:
        whose = ", ".join(named)
        raise UsageError(
            f"{whose} has no rules to watch." if whose else "No service has rules to watch.",
            hint="Add them below `develop.watch` of a service, for example"
            " `- {action: sync, path: ./src, target: /app/src}`.",
        )
    return found


def with_rules(project: Project, named: list[str]) -> list[Service]:
    """The services, of those named or of all, that have rules."""
    return [service for name, service in project.services.items() if service.watch and (not named or name in named)]
