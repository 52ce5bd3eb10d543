"""`devbox scan`: what it prints of what was found, and how it ends; the scanner's answers are given here."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from devbox.hardening.report import Vulnerability, Weaknesses
from devbox.hardening.rule import Severity
from tests.cli.world import Said
from tests.fakes import Behaviour
from tests.hardening.world import HardeningWorld
from tests.real import IMAGE

MARK = "devbox: simulation"
SECURITY = "Inst libssl3 [3.0.1-1] (3.0.2-1 Debian-Security:12/oldstable-security [amd64])"
OTHER = "Inst tzdata [2024a] (2024b Debian:12.9/oldstable [amd64]) []"


@dataclass
class Knowing:
    """A machine whose scanner knows these vulnerabilities."""

    found: tuple[Vulnerability, ...]

    def inspector(self) -> Knowing:
        return self

    async def weaknesses(self, image: str) -> Weaknesses:
        return Weaknesses(found=self.found)


def weak(id: str, severity: Severity, fixed: str = "") -> Vulnerability:
    return Vulnerability(id=id, package="tar", held="1.34", fixed=fixed, severity=severity, title="a title")


def scanned(
    world: HardeningWorld, *found: Vulnerability, waiting: tuple[str, ...] = (), words: tuple[str, ...] = ()
) -> Said:
    world.write(f"services:\n  api: {{image: '{IMAGE}'}}\n")
    world.engine.behave(IMAGE, Behaviour(exits=0, lines=("Get:1 http://archive", MARK, *waiting)))
    world.machine = lambda: Knowing(found)
    return world.run("scan", *words)


def test_where_all_was_asked_and_nothing_found_it_says_how_many_were_asked(world: HardeningWorld) -> None:
    said = scanned(world)
    assert said.code == 0
    assert "security updates pending: 0 (asked 1 of 1 images)\n" in said.out
    assert "known vulnerabilities: 0 (asked 1 of 1 images)\n" in said.out


def test_security_updates_are_named_and_others_counted(world: HardeningWorld) -> None:
    said = scanned(world, waiting=(SECURITY, OTHER))
    assert said.code == 1
    assert "  1 security update pending; 1 other update\n    libssl3 3.0.1-1 → 3.0.2-1\n" in said.out


def test_an_update_that_is_none_of_security_is_no_failure(world: HardeningWorld) -> None:
    assert scanned(world, waiting=(OTHER,)).code == 0


def test_vulnerabilities_stand_with_the_worst_first(world: HardeningWorld) -> None:
    said = scanned(world, weak("CVE-1", Severity.LOW), weak("CVE-2", Severity.HIGH, fixed="1.35"))
    lines = [line.strip() for line in said.out.splitlines() if "CVE" in line]
    assert lines == ["high   CVE-2 tar 1.34, fixed in 1.35: a title", "low    CVE-1 tar 1.34, not fixed yet: a title"]


@pytest.mark.parametrize(("severity", "code"), [("low", 1), ("medium", 1), ("high", 0)])
def test_fail_on_chooses_which_vulnerabilities_count(world: HardeningWorld, severity: str, code: int) -> None:
    said = scanned(world, weak("CVE-1", Severity.MEDIUM), words=("--fail-on", severity))
    assert said.code == code


def test_the_container_that_was_asked_is_gone(world: HardeningWorld) -> None:
    scanned(world)
    assert not world.engine.containers
