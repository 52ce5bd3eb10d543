"""`devbox scan` over real images: what waits, what could not be asked, and the SBOM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.real import IMAGE, sdk
from tests.stack.stack import images

OUTDATED, CUT_OFF = "dbt-hardening:outdated", "dbt-hardening:cut-off"


@pytest.fixture(scope="module")
def made(busybox: str) -> Iterator[docker.DockerClient]:
    """Two images on a Debian: one believes to have an older libssl3, the other's archives cannot be reached."""
    older = r"sed -i '/^Package: libssl3$/,/^$/ s/^Version: .*/Version: 3.0.1-1/' /var/lib/dpkg/status"
    alone = "sed -i '/security/!d' /etc/apt/sources.list"  # the other archives' lists are long
    away = "rm -rf /etc/apt/sources.list.d; echo 'deb http://127.0.0.1:1/debian bookworm main' > /etc/apt/sources.list"
    base = images().get("REDIS_IMAGE", "redis:7")
    with sdk() as client:
        for reference, command in ((OUTDATED, f"{older}; {alone}"), (CUT_OFF, away)):
            container = client.containers.run(base, ["-c", command], entrypoint="sh", user="0:0", detach=True)
            try:
                assert container.wait()["StatusCode"] == 0, container.logs()
                container.commit(*reference.split(":"))
            finally:
                container.remove(force=True)
        yield client
        for reference in (OUTDATED, CUT_OFF):
            client.images.remove(reference, force=True)


@dataclass
class Scanned:
    code: int
    reports: dict[str, Any]
    text: str


def scan(folder: Path, *words: str, json_form: bool = True, **services: str) -> Scanned:
    lines = "".join(f"  {name}: {{image: '{image}'}}\n" for name, image in services.items())
    (folder / "compose.yaml").write_text(f"name: dbt-scan\nservices:\n{lines}")
    command = [sys.executable, "-m", "devbox", "scan", *words, *(["--json"] if json_form else [])]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True, timeout=110)
    assert not done.stderr, done.stderr
    reports = {one["image"]: one for one in json.loads(done.stdout)} if json_form else {}
    return Scanned(done.returncode, reports, done.stdout)


@pytest.fixture(scope="module")
def scanned(made: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    return scan(tmp_path_factory.mktemp("scan"), "--sbom", "bills", a=OUTDATED, b="dbt-hardening:nowhere", c=OUTDATED)


@pytest.fixture(scope="module")
def unasked(made: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """Images whose pending updates nobody can be asked about."""
    return scan(tmp_path_factory.mktemp("unasked"), a=CUT_OFF, b=IMAGE)


def test_a_security_update_that_waits_is_found(scanned: Scanned) -> None:
    report = scanned.reports[OUTDATED]
    (update,) = [one for one in report["updates"] if one["package"] == "libssl3"]
    assert (update["held"], update["security"]) == ("3.0.1-1", True)
    assert update["offered"] > update["held"]
    assert scanned.code == 1


def test_an_image_of_several_services_is_asked_once(scanned: Scanned) -> None:
    assert scanned.reports[OUTDATED]["services"] == ["a", "c"]


def test_archives_that_cannot_be_read_are_not_taken_for_no_updates(unasked: Scanned) -> None:
    report = unasked.reports[CUT_OFF]
    assert report["updates"] is None
    assert any("cannot read its archives: pending updates not looked at" in text for text in report["not_looked_at"])


def test_an_image_without_apt_is_said_not_to_be_asked(unasked: Scanned) -> None:
    report = unasked.reports[IMAGE]
    assert report["updates"] is None
    assert any("without apt: pending updates not looked at" in text for text in report["not_looked_at"])


def test_an_image_that_is_not_here_is_said(scanned: Scanned) -> None:
    (text,) = scanned.reports["dbt-hardening:nowhere"]["not_looked_at"]
    assert text == "dbt-hardening:nowhere is not here: `devbox build` or `devbox pull` brings it"


def test_the_sbom_names_the_packages(scanned: Scanned) -> None:
    bill = json.loads(Path(scanned.reports[OUTDATED]["sbom"]).read_text())
    assert bill["bomFormat"] == "CycloneDX"
    assert "libssl3" in {component["name"] for component in bill["components"]}


def test_nothing_is_left_behind(scanned: Scanned, made: docker.DockerClient) -> None:
    assert scanned.reports
    assert made.containers.list(all=True, filters={"ancestor": OUTDATED}) == []


def test_where_nobody_could_be_asked_it_says_so_and_fails(made: docker.DockerClient, tmp_path: Path) -> None:
    said = scan(tmp_path, json_form=False, only=IMAGE)
    assert said.code == 1
    assert "security updates pending: unknown (asked 0 of 1 images)\n" in said.text
    assert "no security updates" not in said.text
