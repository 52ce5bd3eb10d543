"""`devbox exec`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm
from devbox.cli.project import opened
from devbox.cli.select import container_of
from devbox.errors import UsageError

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers, "exec", "Run a command in a running container of a service. Ends with the command's own exit code."
    )
    options(parser)
    parser.add_argument("--index", type=int, default=0, metavar="N", help="the container with this number")
    parser.add_argument("--privileged", action="store_true", help="with all privileges")
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND [ARG...]")


def options(parser: argparse.ArgumentParser) -> None:
    """What `exec` and `run` share."""
    add_argument = parser.add_argument
    add_argument(
        "-T", "--no-tty", action="store_true", help="without a terminal (chosen by itself where there is none)"
    )
    add_argument("-i", "--interactive", action="store_true", help="accepted; stdin is always passed on")
    add_argument("-t", "--tty", action="store_true", help="accepted")
    add_argument("-u", "--user", default="", metavar="USER", help="as this user (name, uid or uid:gid)")
    add_argument("-w", "--workdir", default="", metavar="DIR", help="in this folder")
    variable = "set a variable (repeatable; NAME alone takes its value from here)"
    add_argument("-e", "--env", dest="variables", action="append", default=[], metavar="NAME=VALUE", help=variable)


def variables(given: list[str], outside: Outside) -> dict[str, str | None]:
    """What `-e` sets."""
    found: dict[str, str | None] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not name:
            raise UsageError(f"-e takes NAME=VALUE, not {text!r}.")
        if equals or name in outside.environ:
            found[name] = value if equals else outside.environ[name]
    return found


def wants_tty(args: argparse.Namespace) -> bool:
    """Whether the command gets a terminal: there is one on both ends, and -T was not given."""
    return not args.no_tty and sys.stdin.isatty() and sys.stdout.isatty()


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """The command's own exit code."""
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        raise UsageError("exec needs a command.", hint=f"For example `devbox exec {args.service} sh`.")
    async with opened(args, outside, by_name=True) as stack:
        confirm.permit(stack.environment, args.yes_i_mean)
        observed = await stack.engine.observe(stack.project.name)
        container = container_of(stack.project, observed, args.service, args.index)
        return await stack.engine.interact(
            container.id,
            command,
            tty=wants_tty(args),
            user=args.user,
            workdir=args.workdir,
            environment=variables(args.variables, outside),
        )
