"""trivy: misconfigurations and secrets in files, weaknesses of images, SBOMs (aquasecurity/trivy, `--format json`)."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from devbox.adapters import programs
from devbox.hardening.alerts import Alert, Looked, Source
from devbox.hardening.report import Vulnerability, Weaknesses
from devbox.hardening.rule import About, Severity

NAME = "trivy"
_SEVERITIES = {"CRITICAL": Severity.HIGH, "HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM}
Json = Mapping[str, Any]


async def look(program: str, environ: Mapping[str, str], sources: Sequence[Source]) -> Looked:
    """Put the files to it: the checks that it brings along, so that nothing is fetched."""
    with tempfile.TemporaryDirectory(prefix="devbox-") as folder:
        names = dict(zip(_laid(folder, sources), sources, strict=True))
        words = ["fs", "--scanners", "misconfig,secret", "--skip-check-update", "--offline-scan", "--format", "json"]
        ended = await programs.run([program, *words, "--quiet", folder], environ)
    try:
        results = json.loads(ended.output).get("Results") or ()
    except ValueError:
        return Looked(unasked=(f"trivy ended with {ended.code}: {_complaint(ended)}",))
    return Looked(alerts=tuple(_alerts(results, names)), programs=frozenset({NAME}))


async def weaknesses(program: str, environ: Mapping[str, str], image: str) -> Weaknesses:
    """What its data has against the image's packages."""
    words = ["image", "--image-src", "docker", "--scanners", "vuln", "--format", "json", "--quiet", image]
    ended = await programs.run([program, *words], environ)
    if ended.code:
        return Weaknesses(unasked=f"trivy could not look for vulnerabilities: {_complaint(ended)}")
    try:
        return Weaknesses(found=vulnerabilities(json.loads(ended.output)))
    except ValueError:
        return Weaknesses(unasked=f"trivy answered with something else than JSON: {_complaint(ended)}")


async def bill(program: str, environ: Mapping[str, str], image: str, file: str) -> str:
    """Write the image's SBOM; "" or why not."""
    words = ["image", "--image-src", "docker", "--format", "cyclonedx", "--quiet", "--output", file, image]
    ended = await programs.run([program, *words], environ)
    return f"trivy wrote no SBOM: {_complaint(ended)}" if ended.code else ""


def vulnerabilities(report: Json) -> tuple[Vulnerability, ...]:
    """Those of its report on an image."""
    return tuple(
        Vulnerability(
            id=entry["VulnerabilityID"],
            package=entry["PkgName"],
            held=entry.get("InstalledVersion", ""),
            fixed=entry.get("FixedVersion", ""),
            severity=_SEVERITIES.get(entry.get("Severity", ""), Severity.LOW),
            title=entry.get("Title", ""),
        )
        for result in report.get("Results") or ()
        for entry in result.get("Vulnerabilities") or ()
    )


def _laid(folder: str, sources: Sequence[Source]) -> Iterable[str]:
    """Copies under names by which it knows what a file is."""
    for number, source in enumerate(sources):
        name = f"{number}/{'Dockerfile' if source.dockerfile else Path(source.file).name}"
        path = Path(folder, name)
        path.parent.mkdir()
        path.write_text(source.text, encoding="utf-8")
        yield name


def _alerts(results: Iterable[Json], names: Mapping[str, Source]) -> Iterable[Alert]:
    for result in results:
        source = names.get(result["Target"])
        if source is None:
            continue
        for entry in result.get("Misconfigurations") or ():
            if entry["Status"] == "FAIL":
                line = (entry.get("CauseMetadata") or {}).get("StartLine") or 0
                yield _alert(entry["ID"], entry, entry["Message"], entry["Resolution"], source, line)
        for entry in result.get("Secrets") or ():
            remedy = "take it out, and make a new one: what was written down is known"
            text = f"has what looks like a secret: {entry['Title']}"
            yield _alert(entry["RuleID"], entry, text, remedy, source, entry.get("StartLine") or 0)


def _alert(id: str, entry: Json, text: str, remedy: str, source: Source, line: int) -> Alert:
    about = About(
        id=f"{NAME}:{id}",
        severity=_SEVERITIES.get(entry["Severity"], Severity.LOW),
        title=entry["Title"],
        reason=entry.get("Description", ""),
        remedy=remedy,
        link=entry.get("PrimaryURL", ""),
    )
    return Alert(about=about, text=text, source=source, line=line)


def _complaint(ended: programs.Ended) -> str:
    """The first link of its chain of errors that says anything: "run error: init error: DB error: failed to ..."."""
    fatal = next((line.partition("FATAL")[2] for line in ended.errors if "FATAL" in line), ended.error)
    links = fatal.partition("Fatal error")[2].split(": ") if "Fatal error" in fatal else [fatal]
    return next((link.strip() for link in links if not link.strip().endswith(" error")), fatal.strip())
