"""hadolint and trivy themselves, and how their findings go together with ours."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from devbox.adapters.inspector import LocalInspector
from devbox.adapters.programs import found, search_path
from devbox.adapters.trivy import vulnerabilities, weaknesses
from devbox.hardening.alerts import Alert, Looked, Source
from devbox.hardening.rule import Severity
from tests.hardening.world import NOWHERE, HardeningWorld, service

BAD = """\
FROM debian:12 AS unused
RUN apt-get install -y vim
FROM debian:latest AS runtime
RUN apt-get update && apt-get install -y curl
ENV API_TOKEN=abc
EXPOSE 22
"""
KEY = "AKIA" + "Z7WMPQ2LRN4TVXKD"
"""Of a form that scanners know; it opens nothing."""


@pytest.fixture(scope="module")
def looked() -> Looked:
    """What the programs of this machine say of a bad Dockerfile and of a file with a key in it."""
    sources = [
        Source(file="/shop/Dockerfile", text=BAD, dockerfile=True),
        Source(file="/shop/compose.yaml", text=f"services:\n  a:\n    environment:\n      AWS_ACCESS_KEY_ID: {KEY}\n"),
    ]
    return asyncio.run(LocalInspector(environ={}).look(sources))


@pytest.fixture
def hadolint_alone(tmp_path: Path) -> str:
    """A path with that one program."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/hadolint").symlink_to(found("hadolint", search_path(os.environ)))
    return str(tmp_path / "bin")


def said(looked: Looked, id: str) -> list[Alert]:
    return [alert for alert in looked.alerts if alert.about.id == id]


def test_both_look(looked: Looked) -> None:
    assert (looked.programs, looked.unasked) == ({"hadolint", "trivy"}, ())


def test_a_finding_of_hadolint_has_its_line_severity_and_page(looked: Looked) -> None:
    alert = said(looked, "hadolint:DL3007")[0]
    assert (alert.file, alert.line, alert.about.severity) == ("/shop/Dockerfile", 3, Severity.MEDIUM)
    assert alert.about.guide == "https://github.com/hadolint/hadolint/wiki/DL3007"


def test_a_finding_of_trivy_has_its_line_severity_and_remedy(looked: Looked) -> None:
    (alert,) = said(looked, "trivy:DS-0004")
    assert (alert.file, alert.line, alert.about.severity) == ("/shop/Dockerfile", 6, Severity.MEDIUM)
    assert alert.about.remedy and alert.about.reason and alert.about.link.startswith("https://")


def test_trivy_finds_a_key_in_a_compose_file_and_it_is_not_repeated(looked: Looked) -> None:
    (alert,) = said(looked, "trivy:aws-access-key-id")
    assert (alert.file, alert.line, alert.about.severity) == ("/shop/compose.yaml", 4, Severity.HIGH)
    assert KEY not in f"{alert.about}{alert.text}"


def test_what_hadolint_cannot_parse_is_said_with_its_line(hadolint_alone: str) -> None:
    source = Source(file="Dockerfile", text="FROM debian:12\nEXPOSE 80/sctp\n", dockerfile=True)
    told = asyncio.run(LocalInspector(environ={}, path=hadolint_alone).look([source]))
    assert told.unasked[0].startswith("hadolint cannot parse Dockerfile:2 (")
    assert "hadolint" not in told.programs


def test_a_program_that_fails_is_said(tmp_path: Path) -> None:
    for name in ("hadolint", "trivy"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'out of order' >&2\nexit 7\n")
        (tmp_path / name).chmod(0o755)
    source = Source(file="Dockerfile", text=BAD, dockerfile=True)
    told = asyncio.run(LocalInspector(environ={}, path=str(tmp_path)).look([source]))
    assert sorted(told.unasked) == [
        "hadolint ended with 7 on Dockerfile: out of order",
        "trivy ended with 7: out of order",
    ]
    assert not told.programs


def test_without_trivy_vulnerabilities_and_sbom_are_said_to_be_missing(tmp_path: Path) -> None:
    blind = LocalInspector(environ={}, path=NOWHERE)
    weaknesses = asyncio.run(blind.weaknesses("any"))
    assert weaknesses.unasked == "trivy is not installed: image vulnerabilities not looked at"
    assert (
        asyncio.run(blind.bill("any", str(tmp_path / "bill"))) == "neither syft nor trivy is installed: no SBOM written"
    )


def test_what_they_say_is_merged_with_ours_and_the_same_is_said_once(world: HardeningWorld) -> None:
    world.path = ""
    world.write(f"services:\n{service('build: {context: ., target: runtime}')}")
    world.write(BAD, "Dockerfile")
    (environment,) = world.run("lint", "--json").json()
    lines = {(one["rule"], one["line"]): one for one in environment["findings"]}
    assert lines["DB109", 3]["also"] == ["hadolint:DL3007", "trivy:DS-0001"]
    assert lines["DB103", 4]["also"] == ["hadolint:DL3015", "trivy:DS-0029"]
    assert lines["hadolint:DL3008", 4]["services"] == ["api"]
    assert ("trivy:DS-0004", 6) in lines
    assert not {rule for rule, line in lines if rule in ("trivy:DS-0001", "hadolint:DL3007") or line in (1, 2)}
    assert ("DB101", 3) in lines and not any(rule == "trivy:DS-0002" for rule, _ in lines)
    assert environment["not_looked_at"] == []


def test_a_finding_of_another_program_is_explained_by_its_own_name(world: HardeningWorld, hadolint_alone: str) -> None:
    world.path = hadolint_alone
    world.write(f"services:\n{service('build: .')}")
    world.write(f"FROM debian@sha256:{'1' * 64}\nUSER app\n", "Dockerfile")
    entry = '{rule: "hadolint:DL3066", reason: the base image has the user}'
    world.write(f"environments:\n  dev: {{lint: {{ignore: [{entry}]}}, files: [compose.yaml]}}\n", "devbox.yaml")
    said = world.run("lint")
    assert (said.code, said.out.splitlines()[-1].startswith("dev: no findings, 1 explained")) == (0, True)


def test_vulnerabilities_are_read_from_a_report() -> None:
    entry = {
        "VulnerabilityID": "CVE-2024-0001",
        "PkgName": "libssl3",
        "InstalledVersion": "3.0.1",
        "FixedVersion": "3.0.2",
        "Severity": "CRITICAL",
        "Title": "a title",
    }
    unfixed = {"VulnerabilityID": "CVE-2024-0002", "PkgName": "tar", "InstalledVersion": "1.34", "Severity": "LOW"}
    report = json.loads(json.dumps({"Results": [{"Target": "x"}, {"Vulnerabilities": [entry, unfixed]}]}))
    first, second = vulnerabilities(report)
    assert (first.id, first.held, first.fixed, first.severity) == ("CVE-2024-0001", "3.0.1", "3.0.2", Severity.HIGH)
    assert (second.package, second.fixed, second.severity, second.title) == ("tar", "", Severity.LOW, "")


async def test_a_scanner_that_answers_something_else_was_not_asked(tmp_path: Path) -> None:
    program = tmp_path / "trivy"
    program.write_text("#!/bin/sh\necho 'a new version is available' >&2\necho hello\n")
    program.chmod(0o755)
    told = await weaknesses(str(program), {}, "shop:1")
    assert told.unasked == "trivy answered with something else than JSON: a new version is available"
