"""`devbox port`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.output import say, say_json
from devbox.cli.project import opened
from devbox.cli.select import container_of
from devbox.errors import DevboxError, ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(subparsers, "port", "Where a port of a service's container is published on the host.")
    parser.add_argument("--protocol", choices=("tcp", "udp", "sctp"), default="tcp", help="tcp")
    parser.add_argument("--index", type=int, default=0, metavar="N", help="the container with this number")
    arguments.as_json(parser)
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument(
        "port", type=int, nargs="?", metavar="PORT", help="inside the container; none: all that are published"
    )


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print host:port; 1 if it is not published."""
    async with opened(args, outside, by_name=True) as stack:
        observed = await stack.engine.observe(stack.project.name)
        container = container_of(stack.project, observed, args.service, args.index)
    found = [b for b in container.bindings if b.host_port]
    if args.port is not None:
        found = [b for b in found if b.container_port == args.port and b.protocol == args.protocol]
    if not found:
        which = "no port" if args.port is None else f"not its port {args.port}/{args.protocol}"
        raise DevboxError(f"{container.name} publishes {which}.", hint="Publish it under `ports:` in the Compose file.")
    if args.json:
        names = ("host_ip", "host_port", "container_port", "protocol")
        say_json([{name: getattr(binding, name) for name in names} for binding in found])
        return ExitCode.DONE
    for binding in found:
        host = f"[{binding.host_ip}]" if ":" in binding.host_ip else binding.host_ip or "0.0.0.0"
        inside = "" if args.port is not None else f"  {binding.container_port}/{binding.protocol}"
        say(f"{host}:{binding.host_port}{inside}")
    return ExitCode.DONE
