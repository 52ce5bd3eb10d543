"""`devbox down`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.perform import perform
from devbox.plan.commands import Down

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "down",
        "Stop and remove the project's containers and networks. Volumes stay, unless -v is given; "
        "what that loses is named and, on a terminal, asked for first.",
    )
    parser.add_argument("-v", "--volumes", action="store_true", help="remove the volumes too: their data is lost")
    parser.add_argument(
        "--remove-orphans", action="store_true", help="also containers of services the files no longer have"
    )
    parser.add_argument("--rmi", choices=("local", "all"), default="", help="remove images: those devbox built, or all")
    arguments.grace(parser)
    arguments.assume_yes(parser)
    arguments.as_json(parser, "print what was done as JSON")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Do it."""
    command = Down(
        services=tuple(args.services),
        volumes=args.volumes,
        remove_orphans=args.remove_orphans,
        images=args.rmi,
        timeout=args.timeout,
    )
    return await perform(args, outside, command)
