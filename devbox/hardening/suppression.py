"""Findings that somebody has looked at and explained: by rule, maybe by service, always with a reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Protocol

from devbox.errors import Place
from devbox.hardening.finding import Finding
from devbox.hardening.rule import About, Severity
from devbox.record import dataclass

PROGRAMS = ("hadolint", "trivy")
"""Those whose rules may be named, as PROGRAM:ID."""
USELESS = About(
    id="DB090",
    severity=Severity.LOW,
    title="suppression without use",
    reason="it would hide what comes later, and tells a reader something that is not so",
    remedy="correct it, or take it out of devbox.yaml",
)


class Waiver(Protocol):
    """An entry of `lint.ignore` in devbox.yaml; no `services` are all of them."""

    @property
    def rule(self) -> str: ...
    @property
    def services(self) -> Sequence[str]: ...
    @property
    def reason(self) -> str: ...
    @property
    def place(self) -> Place | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The findings that stand, and those that are explained, each with the reason."""

    standing: tuple[Finding, ...]
    explained: tuple[tuple[Finding, str], ...]


def judge(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    *,
    rules: Collection[str],
    services: Collection[str],
    measured: Callable[[Waiver], bool],
) -> Judged:
    """Take out what is explained; a waiver that explains nothing is a finding of its own.

    `rules` are all of ours, `services` all of the project; `measured` tells whether what the waiver speaks of was
    looked at in full.
    """
    standing, explained = list(findings), []
    for waiver in waivers:
        left: list[Finding] = []
        used = False
        for finding in standing:
            covered = _covered(finding, waiver)
            if covered is None:
                left.append(finding)
                continue
            used = True
            explained.append((replace(finding, services=covered), waiver.reason))
            if rest := tuple(name for name in finding.services if name not in covered):
                left.append(replace(finding, services=rest))
        standing = left
        if not used and (text := _useless(waiver, rules, services, measured)):
            standing.append(Finding(about=USELESS, text=text, place=waiver.place))
    return Judged(standing=tuple(standing), explained=tuple(explained))


def _covered(finding: Finding, waiver: Waiver) -> tuple[str, ...] | None:
    """The services of the finding that the waiver speaks of; None if it does not speak of it."""
    if waiver.rule not in (finding.about.id, *finding.also):
        return None
    if not waiver.services:
        return finding.services
    return tuple(name for name in finding.services if name in waiver.services) or None


def _useless(
    waiver: Waiver, rules: Collection[str], services: Collection[str], measured: Callable[[Waiver], bool]
) -> str:
    """Why the waiver explains nothing; "" where that was not looked into."""
    program, _, _ = waiver.rule.rpartition(":")
    if program not in ("", *PROGRAMS) or (not program and waiver.rule not in rules):
        near = get_close_matches(waiver.rule, list(rules), 1)
        return f"explains {waiver.rule}, which is no rule" + (f"; did you mean {near[0]}?" if near else "")
    for name in waiver.services:
        if name not in services:
            near = get_close_matches(name, list(services), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            return f"explains {waiver.rule} of {name}, which is no service{hint}"
    if not measured(waiver):
        return ""
    of = f" of {', '.join(waiver.services)}" if waiver.services else ""
    return f"explains {waiver.rule}{of}, which is not found"
