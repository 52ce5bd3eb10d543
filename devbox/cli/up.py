"""`devbox up`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm
from devbox.cli.perform import perform
from devbox.errors import UsageError
from devbox.plan.commands import Up

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "up",
        "Bring the services (none named: all) to what the files say. Only what differs is recreated. "
        "The containers run on in the background; `devbox logs -f` shows their output.",
    )
    parser.add_argument("-d", "--detach", action="store_true", help="accepted; devbox never stays attached")
    parser.add_argument(
        "-w",
        "--watch",
        action="store_true",
        help="stay, and keep containers like the files that `develop.watch` names, until Ctrl-C; they run on then",
    )
    parser.add_argument("--wait", action="store_true", help="end only when every service is running or healthy")
    parser.add_argument(
        "--wait-timeout", type=arguments.seconds, metavar="SECONDS", help="give up waiting after this long"
    )
    _images(parser)
    _containers(parser)
    arguments.rolling(parser)
    arguments.grace(parser)
    arguments.assume_yes(parser)
    arguments.as_json(parser, "print what was done as JSON; with --watch a JSON object for each thing that it does")
    arguments.services(parser)


def _images(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--build", action="store_true", help="build images first, even if they are there")
    group.add_argument("--no-build", action="store_true", help="never build; fail where an image is missing")
    policies = ("always", "missing", "never")
    parser.add_argument("--pull", choices=policies, default="", help="instead of each service's pull_policy")
    parser.add_argument("--quiet-pull", action="store_true", help="accepted")


def _containers(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--force-recreate", action="store_true", help="recreate containers that need not change")
    group.add_argument("--no-recreate", action="store_true", help="leave existing containers as they are")
    add_argument = parser.add_argument
    add_argument("--always-recreate-deps", action="store_true", help="recreate dependencies too")
    add_argument("-V", "--renew-anon-volumes", action="store_true", help="do not take over anonymous volumes")
    add_argument(
        "--keep-volumes", action="store_true", help="keep volumes that the files have changed, with their data"
    )
    add_argument("--no-deps", action="store_true", help="only the services named, not what they depend on")
    add_argument("--no-start", action="store_true", help="create, do not start")
    add_argument("--remove-orphans", action="store_true", help="remove containers of services the files no longer have")
    scale_help = "how many containers of a service (repeatable)"
    add_argument("--scale", action="append", type=_scale, default=[], metavar="SERVICE=N", help=scale_help)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Do it."""
    for option in ("wait", "rolling", "watch"):
        if args.no_start and getattr(args, option):
            raise UsageError(f"--{option} and --no-start exclude each other.")
    if args.watch and args.detach:
        raise UsageError("--watch and --detach exclude each other.", hint="What is watched is stayed with.")
    command = Up(
        services=tuple(args.services),
        build=args.build,
        no_build=args.no_build,
        pull=args.pull,
        force_recreate=args.force_recreate,
        no_recreate=args.no_recreate,
        no_deps=args.no_deps,
        no_start=args.no_start,
        always_recreate_deps=args.always_recreate_deps,
        renew_anon_volumes=args.renew_anon_volumes,
        renew_volumes=not args.keep_volumes and (args.yes or confirm.can_ask()),  # never without consent
        remove_orphans=args.remove_orphans,
        rolling=args.rolling,
        scale=dict(args.scale),
        timeout=args.timeout,
        wait=args.wait or args.wait_timeout is not None,
        wait_timeout=args.wait_timeout,
    )
    if args.watch:
        from devbox.cli.watch import stay_with

        return await stay_with(args, outside, command)
    return await perform(args, outside, command)


def _scale(text: str) -> tuple[str, int]:
    service, equals, count = text.partition("=")
    if not service or not equals or not count.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not SERVICE=N")
    return service, int(count)
