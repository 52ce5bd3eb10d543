"""`devbox ps`: the status table, and what `devbox` prints without a terminal."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments
from devbox.cli.output import say, say_json
from devbox.cli.project import opened
from devbox.cli.select import check_services, only
from devbox.cli.table import listed, status
from devbox.errors import ExitCode
from devbox.plan.labels import ROLLED_BACK
from devbox.plan.observed import Container, RunState

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "ps",
        "The status table: each service of the files and each container of the project, whether it runs or not.",
    )
    parser.add_argument("-a", "--all", action="store_true", help="also containers of `run`; with -q stopped ones too")
    parser.add_argument("-q", "--quiet", action="store_true", help="only the ids of running containers")
    parser.add_argument(
        "--services", dest="names", action="store_true", help="only the names of services with a container"
    )
    arguments.as_json(parser)
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print the table (or ids, names, JSON)."""
    async with opened(args, outside, by_name=True) as stack:
        observed = await stack.engine.observe(stack.project.name, detail=True)
    named: list[str] = getattr(args, "services", [])
    check_services(stack.project, observed, named)
    project, found = only(named, stack.project, observed)
    everything = getattr(args, "all", False)
    containers = listed(project, found, oneoffs=everything)
    if getattr(args, "quiet", False):
        for container in containers:
            if everything or container.state is RunState.RUNNING:
                say(container.id)
    elif getattr(args, "names", False):
        for name in dict.fromkeys(container.service for container in containers):
            say(name)
    elif getattr(args, "json", False):
        say_json([as_json(container) for container in containers])
    else:
        for line in status(project, found, outside.now() + stack.engine.ahead, oneoffs=everything):
            say(line)
    return ExitCode.DONE


def as_json(container: Container) -> dict[str, Any]:
    """A container as scripts read it."""
    detail = container.detail
    return {
        "id": container.id,
        "name": container.name,
        "project": container.project,
        "service": container.service,
        "number": container.number,
        "oneoff": container.oneoff,
        "image": container.image,
        "rolled_back": container.labels.get(ROLLED_BACK, ""),
        "state": container.state.value,
        "health": container.health.value,
        "exit_code": detail.exit_code if detail and container.state is RunState.EXITED else None,
        "created": container.created,
        "started": detail.started if detail else None,
        "restarts": detail.restart_count if detail else 0,
        "ports": [
            {
                "host_ip": binding.host_ip,
                "published": binding.host_port,
                "target": binding.container_port,
                "protocol": binding.protocol,
            }
            for binding in container.bindings
            if binding.host_port
        ],
    }
