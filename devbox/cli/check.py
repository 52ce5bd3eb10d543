"""`devbox check`: are the environments apart, and is each fit for what it is for?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments
from devbox.cli.output import printable, say, say_json, stdout_style
from devbox.cli.project import request_of
from devbox.cli.table import grid
from devbox.compose.explained import near
from devbox.environments.finding import RULES
from devbox.errors import ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.environments.checking import Checked
    from devbox.environments.finding import Finding, Spot
    from devbox.errors import Place
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    description = "Are the environments of this project apart, and is each fit for what it is for? Asks no engine."
    arguments.as_json(arguments.verb(subparsers, "check", description))


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """1 if there is a finding; with -e only what touches that environment is told."""
    from devbox.environments.checking import check
    from devbox.environments.discover import find

    request = request_of(args, outside)
    found = find(request, outside.files, args.environment)
    checked = check(found.all, found.allowed, request, outside.files)
    findings = [one for one in checked.findings if not args.environment or _touches(one, args.environment)]
    if args.json:
        say_json(_as_json(found.all, checked, findings))
    else:
        _print(checked, findings, outside.cwd)
    return ExitCode.FAILED if findings else ExitCode.DONE


def _touches(finding: Finding, environment: str) -> bool:
    return any(spot.environment in (environment, "") for spot in finding.spots)


def _print(checked: Checked, findings: Sequence[Finding], folder: str) -> None:
    for finding in findings:
        rule = RULES[finding.rule]
        say(f"{stdout_style(finding.rule, 'red', 'bold')}: {printable(finding.message)}")
        for spot in finding.spots:
            say(f"    {printable(_spot(spot, folder))}")
        say(f"  why: {rule.why}")
        say(f"  do:  {rule.remedy}")
        say()
    for line in grid(("PROVEN", "OVER"), [(one.about, one.over) for one in checked.proven]) if checked.proven else ():
        say(line)
    for finding, allowance in checked.excepted:
        text = f"ignored: {finding.message} ({allowance.reason}; {near(allowance.place, folder)})"
        say(stdout_style(printable(text), "dim"))
    if findings:
        say()
        say(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}. To ignore one, say in devbox.yaml why:")
        entry = f"{{rule: {findings[0].rule}, subjects: [{json.dumps(findings[0].subject)}], reason: ...}}"
        say(f"  check: {{ignore: [{printable(entry)}]}}")


def _spot(spot: Spot, folder: str) -> str:
    where = near(spot.place, folder) if spot.place else "-"
    by = ", ".join(f"{name} from {near(place, folder)}" for name, place in spot.variables)
    return "  ".join(filter(None, (spot.environment, where, spot.path, by and f"({by})")))


def _as_json(environments: Sequence[Any], checked: Checked, findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "environments": [{"name": one.name, "kind": one.kind.value} for one in environments],
        "findings": [_finding_json(one) for one in findings],
        "ignored": [{**_finding_json(finding), "reason": allowance.reason} for finding, allowance in checked.excepted],
        "proven": [{"about": one.about, "over": one.over} for one in checked.proven],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    rule = RULES[finding.rule]
    return {
        "rule": finding.rule,
        "subject": finding.subject,
        "message": finding.message,
        "why": rule.why,
        "remedy": rule.remedy,
        "spots": [_spot_json(spot) for spot in finding.spots],
    }


def _spot_json(spot: Spot) -> dict[str, Any]:
    return {
        "environment": spot.environment,
        "path": spot.path,
        **_place_json(spot.place),
        "variables": [{"name": name, **_place_json(place)} for name, place in spot.variables],
    }


def _place_json(place: Place | None) -> dict[str, Any]:
    return {"file": place.file if place else "", "line": place.line if place else 0}
