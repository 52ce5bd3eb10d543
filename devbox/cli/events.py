"""`devbox events`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments
from devbox.cli.output import printable, say, say_json_line
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.errors import ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import EngineEvent, Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(subparsers, "events", "What happens to the project on the engine, until Ctrl-C.")
    arguments.as_json(parser, "a JSON object a line")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print until interrupted."""
    async with opened(args, outside, by_name=True) as stack:
        check_services(stack.project, None, args.services)
        try:
            async with aclosing(stack.engine.events(stack.project.name)) as batches:
                async for batch in batches:
                    for event in batch:
                        if not args.services or event.service in args.services:
                            _print(event, json=args.json)
                    sys.stdout.flush()
        except asyncio.CancelledError:
            return ExitCode.INTERRUPTED
    return ExitCode.DONE


def _print(event: EngineEvent, *, json: bool) -> None:
    if json:
        say_json_line(as_json(event))
        return
    moment = datetime.fromtimestamp(event.time / 1e9).astimezone()
    name = event.attributes.get("name", "") or event.id[:12]
    code = f" (exit code {event.attributes['exitCode']})" if "exitCode" in event.attributes else ""
    say(f"{moment:%H:%M:%S.%f}  {event.kind} {printable(event.action)} {printable(name)}{code}")


def as_json(event: EngineEvent) -> dict[str, Any]:
    """The event as scripts read it; `time` in nanoseconds."""
    return {
        "time": event.time,
        "kind": event.kind,
        "action": event.action,
        "id": event.id,
        "service": event.service,
        "attributes": dict(event.attributes),
    }
