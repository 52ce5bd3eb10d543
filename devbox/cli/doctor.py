"""`devbox doctor`: what devbox needs of this machine, one line each, with a remedy."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from devbox.cli.project import context_of
from devbox.errors import ExitCode

if TYPE_CHECKING:
    from devbox.ports import Outside


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the verb."""
    parser = subparsers.add_parser("doctor", help="check engine, builder, disk, limits and terminal")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """0 when all is well, 3 without an engine, 1 when something else is off."""
    findings = await outside.host(context_of(args, outside)).examine()
    if args.json:
        print(
            json.dumps([{"name": f.name, "ok": f.ok, "text": f.text, "remedy": f.remedy} for f in findings], indent=2)
        )
    else:
        width = max(len(finding.name) for finding in findings)
        for finding in findings:
            remedy = f"  → {finding.remedy}" if finding.remedy else ""
            print(f"{'ok  ' if finding.ok else 'off '} {finding.name:<{width}}  {finding.text}{remedy}")
    failing = {finding.name for finding in findings if not finding.ok}
    if "engine" in failing:
        return ExitCode.NO_ENGINE
    return ExitCode.FAILED if failing else ExitCode.DONE
