"""`devbox build` and `devbox pull`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.perform import perform
from devbox.plan.commands import BuildImages, PlannedCommand, PullImages

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verbs."""
    build = arguments.verb(subparsers, "build")
    build.add_argument("--no-cache", action="store_true", help="take nothing from the build cache")
    build.add_argument("--pull", action="store_true", help="ask the registry for newer base images")
    pull = arguments.verb(subparsers, "pull")
    pull.add_argument("--ignore-pull-failures", action="store_true", help="pull what can be pulled")
    for parser in (build, pull):
        arguments.as_json(parser, "print what was done as JSON")
        arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Do it."""
    services = tuple(args.services)
    command: PlannedCommand
    if args.verb == "build":
        command = BuildImages(services=services, no_cache=args.no_cache, pull=args.pull)
    else:
        command = PullImages(services=services, ignore_failures=args.ignore_pull_failures)
    return await perform(args, outside, command)
