"""`devbox ls`: the projects on the engine."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.output import say, say_json
from devbox.cli.project import connected
from devbox.cli.table import grid
from devbox.errors import ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(subparsers, "ls", "Every Compose project with a container on the engine.")
    parser.add_argument("-q", "--quiet", action="store_true", help="only the names")
    parser.add_argument("-a", "--all", action="store_true", help="accepted; stopped projects are always listed")
    arguments.as_json(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print them by name."""
    async with connected(outside) as engine:
        projects = await engine.projects()
    if args.json:
        say_json([asdict(project) for project in projects])
    elif args.quiet:
        for project in projects:
            say(project.name)
    else:
        rows = [(p.name, f"{p.running}/{p.total}", ", ".join(p.config_files) or "-") for p in projects]
        for line in grid(("PROJECT", "RUNNING", "FILES"), rows):
            say(line)
    return ExitCode.DONE
