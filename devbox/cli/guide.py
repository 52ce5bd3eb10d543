"""`devbox guide`: the guides, read in the terminal."""

from __future__ import annotations

import argparse
import difflib
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.output import say, stdout_style
from devbox.cli.table import grid
from devbox.errors import ExitCode, UsageError
from devbox.guide import guides, title

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(subparsers, "guide", "Print a guide; without a name list them.")
    parser.add_argument("name", nargs="?", default="", metavar="NAME")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print it."""
    found = guides()
    if not args.name:
        for line in grid(("GUIDE", "ABOUT"), [(name, title(path)) for name, path in found.items()]):
            say(line)
        return ExitCode.DONE
    if args.name not in found:
        near = difflib.get_close_matches(args.name, found, n=1)
        hint = f"Did you mean `devbox guide {near[0]}`?" if near else "`devbox guide` lists them."
        raise UsageError(f"There is no guide {args.name!r}.", hint=hint)
    for line in found[args.name].read_text(encoding="utf-8").splitlines():
        say(stdout_style(line.lstrip("# "), "bold") if line.startswith("#") else line)
    return ExitCode.DONE
