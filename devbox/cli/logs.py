"""`devbox logs`."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, NamedTuple

from devbox.cli import arguments
from devbox.cli.follow import follow
from devbox.cli.history import Window, history
from devbox.cli.logline import Printer
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.errors import ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "logs",
        "The output of services (none named: all), merged by time. "
        "With -f it goes on with each service across restart and recreate, until Ctrl-C.",
    )
    parser.add_argument("-f", "--follow", action="store_true", help="go on with what comes")
    parser.add_argument(
        "-n", "--tail", type=_tail, metavar="N", help="only the last N lines of each container (or all)"
    )
    parser.add_argument("--since", type=_moment, metavar="TIME", help="not before (2026-01-31T12:00:00Z, 90s, 10m, 2h)")
    parser.add_argument("--until", type=_moment, metavar="TIME", help="not after")
    parser.add_argument("-t", "--timestamps", action="store_true", help="with the time of each line")
    parser.add_argument("--no-color", action="store_true", help="without colours")
    parser.add_argument("--no-log-prefix", action="store_true", help="without the service's name")
    parser.add_argument("--index", type=int, default=0, metavar="N", help="only the container with this number")
    arguments.as_json(parser, "a JSON object a line")
    arguments.services(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print the history; with -f go on until interrupted."""
    async with opened(args, outside, by_name=True) as stack:
        now = outside.now() + stack.engine.ahead
        window = Window(tail=args.tail, since=_at(args.since, now), until=_at(args.until, now))
        project = stack.project
        observed = await stack.engine.observe(project.name, detail=True)
        check_services(project, observed, args.services)
        printer = Printer(
            project=project.name,
            known=[*project.services, *(container.service for container in observed.containers)],
            colour=not args.no_color,
            prefix=not args.no_log_prefix,
            times=args.timestamps,
            json=args.json,
        )
        wanted = frozenset(args.services)
        try:
            if args.follow:
                await follow(stack.engine, project.name, wanted, args.index, window, printer)
            else:
                chosen = [
                    container
                    for container in observed.containers
                    if (not wanted or container.service in wanted) and args.index in (0, container.number)
                ]
                await history(stack.engine, chosen, window, printer)
        except asyncio.CancelledError:
            return ExitCode.INTERRUPTED
    return ExitCode.DONE


def _tail(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of lines")
    return int(text)


class _Moment(NamedTuple):
    """Seconds since the epoch, or `back` from the engine's now."""

    seconds: float
    back: bool = False


def _at(moment: _Moment | None, now: float) -> float | None:
    if moment is None:
        return None
    return now - moment.seconds if moment.back else moment.seconds


def _moment(text: str) -> _Moment:
    """ISO 8601, seconds since the epoch, or a duration back from now."""
    from datetime import UTC, datetime

    if text.isdecimal() and len(text) >= 9:
        return _Moment(float(text))
    try:
        return _Moment(arguments.seconds(text), back=True)
    except argparse.ArgumentTypeError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 2026-01-31T12:00:00Z, 90s or 2h") from error
    local = moment.tzinfo or "T" in text or " " in text
    return _Moment((moment if local else moment.replace(tzinfo=UTC)).timestamp())
