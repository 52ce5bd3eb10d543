"""`devbox start stop restart kill pause unpause rm`: verbs on containers that are there."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.perform import perform
from devbox.plan.commands import Kill, Pause, PlannedCommand, Remove, Restart, Start, Stop, Unpause

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verbs."""
    for name in ("start", "stop", "restart", "kill", "pause", "unpause", "rm"):
        parser = arguments.verb(subparsers, name)
        _options(name, parser)
        arguments.assume_yes(parser)
        arguments.as_json(parser, "print what was done as JSON")
        arguments.services(parser)


def _options(name: str, parser: argparse.ArgumentParser) -> None:
    add_argument = parser.add_argument
    match name:
        case "start":
            add_argument("--wait", action="store_true", help="end only when they are running or healthy")
        case "stop":
            arguments.grace(parser)
        case "restart":
            arguments.grace(parser)
            add_argument("--no-deps", action="store_true", help="leave dependents alone that ask to be restarted along")
        case "kill":
            add_argument("-s", "--signal", default="SIGKILL", help="the signal to send (SIGKILL)")
        case "rm":
            add_argument("-s", "--stop", action="store_true", help="stop them first")
            add_argument("-f", "--force", action="store_true", dest="yes", help="do not ask")
            add_argument("-v", "--volumes", action="store_true", help="remove their anonymous volumes too")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Do it."""
    return await perform(args, outside, _command(args))


def _command(args: argparse.Namespace) -> PlannedCommand:
    services = tuple(args.services)
    match args.verb:
        case "start":
            return Start(services=services, wait=args.wait)
        case "stop":
            return Stop(services=services, timeout=args.timeout)
        case "restart":
            return Restart(services=services, timeout=args.timeout, no_deps=args.no_deps)
        case "kill":
            return Kill(services=services, signal=args.signal)
        case "pause":
            return Pause(services=services)
        case "unpause":
            return Unpause(services=services)
    return Remove(services=services, stop=args.stop, volumes=args.volumes)
