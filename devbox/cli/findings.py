"""Findings as `devbox lint` prints them: for people by service, as JSON, as SARIF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from devbox.cli import rules
from devbox.cli.output import printable, say, say_json, stdout_style
from devbox.compose.explained import near
from devbox.compose.route import spell
from devbox.hardening.finding import by_severity
from devbox.hardening.rule import Severity

if TYPE_CHECKING:
    from devbox.cli.lint import Linted
    from devbox.hardening.finding import Finding
    from devbox.hardening.rule import About

_STYLES = {Severity.HIGH: ("red", "bold"), Severity.MEDIUM: ("yellow",), Severity.LOW: ("cyan",)}
_ALONE = "files"
"""The heading of findings that concern no single service."""


def counts(linted: Linted, fail_on: str) -> int:
    """How many findings stand that are at least as severe as `fail_on`."""
    return sum(one.about.severity.rank <= Severity(fail_on).rank for one in linted.judged.standing)


def say_findings(every: Sequence[Linted], folder: str, *, suppressed: bool) -> None:
    """By environment and service, then what each rule is about, then the sums."""
    for linted in every:
        if len(every) > 1 and (linted.judged.standing or (suppressed and linted.judged.explained)):
            say(stdout_style(f"== {linted.environment}", "bold"))
        _say_groups(linted.judged.standing, folder)
        if suppressed and linted.judged.explained:
            say(stdout_style("explained in devbox.yaml", "bold"))
            for finding, reason in linted.judged.explained:
                say(f"  {_line(finding, folder)}")
                say(f"    {printable(reason)}")
            say()
    _say_rules(finding.about for linted in every for finding in linted.judged.standing)
    for text in dict.fromkeys(text for linted in every for text in linted.unasked):
        say(f"{stdout_style('not looked at', 'yellow')}: {printable(text)}")
    for linted in every:
        say(_sum(linted, suppressed=suppressed))


def say_findings_json(every: Sequence[Linted]) -> None:
    """A list of environments."""
    say_json(
        [
            {
                "environment": linted.environment,
                "findings": [_as_json(finding) for finding in by_severity(linted.judged.standing)],
                "suppressed": [
                    {**_as_json(finding), "explained": reason} for finding, reason in linted.judged.explained
                ],
                "not_looked_at": list(linted.unasked),
            }
            for linted in every
        ]
    )


def say_sarif(every: Sequence[Linted], top: str) -> None:
    """One SARIF run of all environments."""
    from devbox import __version__
    from devbox.hardening.sarif import Told, sarif

    told: list[Told] = []
    for linted in every:
        told += [Told(environment=linted.environment, finding=one) for one in by_severity(linted.judged.standing)]
        told += [
            Told(environment=linted.environment, finding=one, reason=reason) for one, reason in linted.judged.explained
        ]
    unasked = dict.fromkeys(text for linted in every for text in linted.unasked)
    say_json(sarif(told, version=__version__, top=top, unasked=unasked))


def _say_groups(standing: Sequence[Finding], folder: str) -> None:
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(standing, key=lambda one: (not one.services, one.services)):
        groups.setdefault(", ".join(finding.services) or _ALONE, []).append(finding)
    for name, findings in groups.items():
        say(stdout_style(printable(name), "bold"))
        for finding in by_severity(findings):
            say(f"  {_line(finding, folder)}")
        say()


def _line(finding: Finding, folder: str) -> str:
    about = finding.about
    severity = stdout_style(about.severity.value, *_STYLES[about.severity]) + " " * (7 - len(about.severity.value))
    where = f"  {stdout_style(near(finding.place, folder), 'dim')}" if finding.place else ""
    also = f" ({', '.join(finding.also)})" if finding.also else ""
    return f"{severity} {about.id}  {printable(finding.text)}{also}{where}"


def _say_rules(found: Iterable[About]) -> None:
    """Why, and what to do: once for each rule."""
    own = {about.id: about for about in found if about.reason or about.remedy}
    for about in sorted(own.values(), key=lambda one: (one.severity.rank, one.id)):
        say(f"{stdout_style(about.id, 'bold')}  {printable(about.title)}: {printable(about.reason)}")
        if about.remedy:
            say(f"{' ' * len(about.id)}  → {printable(about.remedy)}")
    if own:
        say()


def _sum(linted: Linted, *, suppressed: bool) -> str:
    standing, explained = linted.judged.standing, len(linted.judged.explained)
    each = [f"{n} {one.value}" for one in Severity if (n := sum(f.about.severity is one for f in standing))]
    text = f"{len(standing)} finding{'s' if len(standing) != 1 else ''} ({', '.join(each)})" if each else "no findings"
    if explained:
        text += f", {explained} explained in devbox.yaml"
        text += "" if suppressed else " (--show-suppressed)"
    return f"{stdout_style(linted.environment, 'bold')}: {text}"


def _as_json(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        **rules.as_json(finding.about),
        "services": list(finding.services),
        "path": spell(finding.path),
        "file": place.file if place else None,
        "line": place.line if place and place.line else None,
        "column": place.column if place and place.column else None,
        "text": finding.text,
        "also": list(finding.also),
    }
