"""Findings as SARIF 2.1.0, as code hosts take it (docs.oasis-open.org/sarif/sarif/v2.1.0)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from devbox.hardening.finding import Finding
from devbox.hardening.rule import About, Severity
from devbox.record import dataclass

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""`security-severity`, by which code hosts sort: 7.0 and more is high, 4.0 and more medium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding of an environment; `reason` explains a suppressed one, "" where it stands."""

    environment: str
    finding: Finding
    reason: str = ""


def sarif(found: Sequence[Told], *, version: str, top: str, unasked: Iterable[str] = ()) -> dict[str, Any]:
    """One run; files are named relative to `top`. What several environments share is one result that names them."""
    rules: dict[str, About] = dict(sorted({one.finding.about.id: one.finding.about for one in found}.items()))
    positions = {id: number for number, id in enumerate(rules)}
    results: dict[tuple[str, int], dict[str, Any]] = {}
    for one in found:
        identity, line = _identity(one, top), one.finding.place.line if one.finding.place else 0
        result = results.get((identity, line))
        if result is None:
            # Without the line, so that an alert stays the same one when the file grows above it.
            twins = sum(known == identity for known, _ in results)
            result = results[identity, line] = _result(one, positions, top, f"{identity}:{twins}")
        environments = result["properties"]["environments"]
        if one.environment not in environments:
            environments.append(one.environment)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "devbox", "version": version, "rules": [_rule(one) for one in rules.values()]}
                },
                "originalUriBaseIds": {"TOP": {"uri": f"{PurePosixPath(top).as_uri()}/"}},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {"level": "note", "message": {"text": text}} for text in unasked
                        ],
                    }
                ],
                "results": list(results.values()),
            }
        ],
    }


def _rule(about: About) -> dict[str, Any]:
    text = ". ".join(part for part in (about.reason, about.remedy) if part) or about.title
    return {
        "id": about.id,
        "name": about.title,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.reason or about.title},
        "help": {"text": f"{text}. See {about.guide}."},
        "defaultConfiguration": {"level": _LEVELS[about.severity]},
        "properties": {"security-severity": _SCORES[about.severity], "tags": ["security"]},
    }


def _identity(one: Told, top: str) -> str:
    finding = one.finding
    file = _relative(finding.place.file, top) if finding.place else ""
    parts = (finding.about.id, file, ".".join(map(str, finding.path)), finding.text, one.reason)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _result(one: Told, positions: Mapping[str, int], top: str, identity: str) -> dict[str, Any]:
    finding = one.finding
    whom = ", ".join(finding.services)
    text = f"{whom}: {finding.text}" if whom else finding.text
    place = finding.place
    result: dict[str, Any] = {
        "ruleId": finding.about.id,
        "ruleIndex": positions[finding.about.id],
        "level": _LEVELS[finding.about.severity],
        "message": {"text": f"{text}. Remedy: {finding.about.remedy}" if finding.about.remedy else text},
        "locations": [],
        "partialFingerprints": {"devbox/v1": identity},
        "properties": {"services": list(finding.services), "environments": []},
    }
    if place:
        location: dict[str, Any] = {
            "artifactLocation": {
                "uri": _relative(place.file, top),
                "uriBaseId": "TOP",
            }
        }
        if place.line:
            column = {"startColumn": place.column} if place.column else {}
            location["region"] = {"startLine": place.line, **column}
        result["locations"] = [{"physicalLocation": location}]
    if one.reason:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": one.reason}]
    return result


def _relative(file: str, top: str) -> str:
    """The path from `top`, upwards too, as a URI."""
    from urllib.parse import quote

    return quote(PurePosixPath(file).relative_to(top).as_posix() if file.startswith(f"{top}/") else file)
