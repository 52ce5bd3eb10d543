"""`devbox watch`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm
from devbox.cli.failure import lines
from devbox.cli.output import note, say, say_json_line
from devbox.cli.perform import perform_on
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.cli.watchline import as_json, line
from devbox.errors import DevboxError, ExitCode, UsageError
from devbox.plan.commands import Up

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.cli.project import Stack
    from devbox.compose.model import Service
    from devbox.ports import Outside
    from devbox.sync.told import Told


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "watch",
        "Bring services up, and keep their containers like the files that `develop.watch` names, until Ctrl-C.",
    )
    parser.add_argument("--no-up", action="store_true", help="leave the services as they are and only watch")
    arguments.assume_yes(parser)
    arguments.as_json(parser, "a JSON object a line")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """130 when interrupted, which is how it ends."""
    async with opened(args, outside) as stack:
        check_services(stack.project, None, args.services)
        chosen = watched(stack, args.services)
        confirm.permit(stack.environment, args.yes_i_mean)
        confirm.trust(stack.project, yes=args.yes)
        if not args.no_up:
            up = Up(services=tuple(service.name for service in chosen) if args.services else ())
            quiet = argparse.Namespace(**{**vars(args), "json": False})
            if code := await perform_on(stack, quiet, outside, up):
                return code
        try:
            await _watch(stack, chosen, args, outside)
        except asyncio.CancelledError:
            return ExitCode.INTERRUPTED
    return ExitCode.DONE


def watched(stack: Stack, named: list[str]) -> list[Service]:
    """The services, of those named or of all, that have rules; UsageError if there is none."""
    services = [service for name, service in stack.project.services.items() if not named or name in named]
    found = [service for service in services if service.watch]
    if not found:
        whose = ", ".join(named) if named else "No service"
        raise UsageError(
            f"{whose} has {'no ' if named else ''}rules to watch.",
            hint="Add them below `develop.watch` of a service, for example"
            " `- {action: sync, path: ./src, target: /app/src}`.",
        )
    return found


async def _watch(stack: Stack, services: list[Service], args: argparse.Namespace, outside: Outside) -> None:
    from devbox.session.causes import first
    from devbox.session.watch import Watch

    def tell(told: Told) -> None:
        if args.json:
            say_json_line(as_json(told, outside.now()))
        else:
            for text in line(told):
                say(text)
        sys.stdout.flush()

    async def rebuild(service: str) -> None:
        await _rebuild(stack, service, outside)

    watch = Watch(
        stack.project.name,
        services,
        sources=outside.sources(),
        rebuild=rebuild,
        tell=tell,
        now=outside.now,
    )
    try:
        await watch.run(stack.engine)
    except BaseExceptionGroup as failures:
        raise first(failures) from None


async def _rebuild(stack: Stack, service: str, outside: Outside) -> None:
    from devbox.session.perform import perform
    from devbox.session.policy import in_environment

    outcome = await perform(
        in_environment(Up(services=(service,), build=True, no_deps=True), stack.environment),
        project=stack.project,
        engine=stack.engine,
        builder=outside.builder(stack.engine),
        kit=outside.kit,
        settings=outside.settings,
        emit=lambda event: None,
        cancel=asyncio.Event(),
        now=outside.now,
        confirm=None,
        guard=stack.guard,
        locate=lambda problem: stack.located(problem, outside.cwd),
    )
    for _, error in outcome.errors:
        for text in lines(error):
            note(text)
        raise DevboxError(error.message, hint=error.hint)
