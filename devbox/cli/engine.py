"""`devbox engine status|start|stop`: the engine on this machine."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from devbox.cli.project import context_of
from devbox.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from devbox.ports import Host, Outside


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the verb."""
    parser = subparsers.add_parser("engine", help="the Docker Engine on this machine: status, start, stop")
    parser.add_argument("what", choices=("status", "start", "stop"), nargs="?", default="status")
    parser.add_argument("-y", "--yes", action="store_true", help="install what is missing without asking")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """0 when the engine is as asked for; 3 when `status` finds none."""
    host = outside.host(context_of(args, outside))
    match args.what:
        case "start":
            await _start(host, yes=args.yes)
        case "stop":
            await host.stop_engine(_say)
            return ExitCode.DONE
    sentence, answers = await host.engine_status()
    print(sentence)
    return ExitCode.DONE if answers else ExitCode.NO_ENGINE


async def _start(host: Host, *, yes: bool) -> None:
    sentence, answers = await host.engine_status()
    if answers:
        return
    changes = host.installation()
    if changes:
        print(f"{sentence}\nTo install one, devbox would:\n  " + changes.replace("\n", "\n  "))
        if not yes and not _agreed():
            raise UsageError("Nothing was changed.", hint="`devbox engine start --yes` installs without asking.")
        await host.install_engine(_say)
    await host.start_engine(_say)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Go ahead? [y/N] ").strip().lower() in ("y", "yes")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
