"""`devbox wait`."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.output import say, say_json
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.errors import DevboxError, ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.plan.observed import Container
    from devbox.ports import Engine, Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "wait",
        "Wait until every container of the services has stopped. Ends with the first exit code that is not 0.",
    )
    arguments.as_json(parser)
    parser.add_argument("services", nargs="+", metavar="SERVICE")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print each container's exit code as it ends."""
    async with opened(args, outside, by_name=True) as stack:
        observed = await stack.engine.observe(stack.project.name)
        check_services(stack.project, observed, args.services)
        chosen = [c for c in observed.containers if c.service in args.services and not c.oneoff]
        missing = [name for name in args.services if name not in {c.service for c in chosen}]
        if missing:
            raise DevboxError(
                f"No container of {', '.join(missing)}.", hint=f"`devbox up {' '.join(missing)}` makes one."
            )
        ended = await asyncio.gather(*(_end(stack.engine, container, quiet=args.json) for container in chosen))
    codes = {container.name: code for container, code in zip(chosen, ended, strict=True)}
    if args.json:
        say_json(codes)
    return next((code for code in codes.values() if code), int(ExitCode.DONE))


async def _end(engine: Engine, container: Container, *, quiet: bool) -> int:
    code = await engine.wait(container.id)
    if not quiet:
        say(f"{container.name}: {code}")
    return code
