"""Which images are used: the official ones where they can be had, stand-ins elsewhere, the user's own always."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stack.stack import ROOT

PARTS = ("ensure", "with")
OFFLINE = {
    "PYTHON_IMAGE": "devbox-offline/python:3.11",
    "POSTGRES_IMAGE": "devbox-offline/postgres:15",
    "REDIS_IMAGE": "devbox-offline/redis:7",
    "NGINX_IMAGE": "devbox-offline/nginx:1.30",
    "PROMETHEUS_IMAGE": "devbox-offline/prometheus:2.53",
    "ALERTMANAGER_IMAGE": "devbox-offline/alertmanager:0.28",
    "POSTGRES_EXPORTER_IMAGE": "devbox-offline/postgres-exporter:0.17",
    "REDIS_EXPORTER_IMAGE": "devbox-offline/redis-exporter:1.69",
    # Grafana, Loki and Jaeger are in no distribution's packages.
    "OBSERVABILITY_PROFILE": "left-out",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "",
    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "",
}
OFFICIAL = re.findall(r"^[A-Z_]+_IMAGE (\S+) ", (ROOT / "docker/offline/ensure").read_text(), re.MULTILINE)
WITHOUT_STAND_IN = ("grafana/grafana:12.4.3", "grafana/loki:3.7.2", "jaegertracing/jaeger:2.17.0")
OF_DEVELOPMENT = "python:3.11-slim-bookworm postgres:15 redis:7"

FAKE_DOCKER = """#!/bin/sh
case "$1 $2" in
    "version "*) [ -z "${NO_ENGINE:-}" ] ;;
    "image inspect") case " ${PRESENT:-} " in *" $3 "*) ;; *) exit 1 ;; esac ;;
    "manifest inspect") echo "$3" >> "$ASKED"; [ -n "${REGISTRY:-}" ] ;;
    *) exit 9 ;;
esac
"""


class Machine:
    """docker/offline with an engine and a registry that do what the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in PARTS:
            shutil.copy2(ROOT / "docker/offline" / part, folder / part)
        self.script("build", '#!/bin/sh\nshift\necho "$*" > "$(dirname "$0")/built"\n')
        self.script("bin/docker", FAKE_DOCKER)
        self.asked = folder / "asked"

    def script(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "ASKED": str(self.asked)}
        return subprocess.run(
            [self.folder / command[0], *command[1:]], env=environ | variables, capture_output=True, text=True
        )

    def chosen(self, **variables: str) -> dict[str, str]:
        """What a command run by `with` sees."""
        done = self.run("with", "env", **variables)
        assert done.returncode == 0, done.stderr
        return self.named(done.stdout)

    @staticmethod
    def named(text: str) -> dict[str, str]:
        """The variables that concern images, of an environment or an env file."""
        pairs = (line.partition("=") for line in text.splitlines())
        concerned = ("_IMAGE", "_PROFILE", "_ENDPOINT", "_CONF", "_BUNDLE")
        return {name: value for name, _, value in pairs if name.endswith(concerned)}

    @property
    def built(self) -> list[str]:
        """The stand-ins that were to be built."""
        path = self.folder / "built"
        return path.read_text().split() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_official_images_that_are_here_are_used_and_no_registry_is_asked(machine: Machine) -> None:
    here = " ".join(OFFICIAL)
    done = machine.run("ensure", PRESENT=here)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not machine.asked.exists()
    assert not machine.built


def test_official_images_are_used_where_a_registry_answers(machine: Machine) -> None:
    done = machine.run("ensure", REGISTRY="yes")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not machine.built


def test_stand_ins_are_built_elsewhere_and_it_says_so_in_one_line(machine: Machine) -> None:
    done = machine.run("ensure")
    assert done.stdout == f"{machine.folder}/images.env\n"
    said, _ = done.stderr.splitlines()
    assert "no registry answers" in said
    assert machine.built == [value.removeprefix("devbox-offline/") for value in OFFLINE.values() if "/" in value]
    assert machine.chosen() == OFFLINE


def test_what_has_no_stand_in_is_left_out_and_it_says_so_in_one_line(machine: Machine) -> None:
    _, said = machine.run("ensure").stderr.splitlines()
    assert (
        said == f"images: in no distribution's packages, and left out of the monitoring: {' '.join(WITHOUT_STAND_IN)}"
    )


def test_nothing_is_left_out_where_the_user_says_so(machine: Machine) -> None:
    chosen = machine.chosen(OBSERVABILITY_PROFILE="monitoring")
    assert chosen["OBSERVABILITY_PROFILE"] == "monitoring"
    assert "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" not in chosen


def test_development_builds_only_what_it_uses_and_leaves_the_monitoring_out_of_the_others(machine: Machine) -> None:
    done = machine.run("ensure", "dev")
    assert machine.built == ["python:3.11", "postgres:15", "redis:7"]
    assert "stage and prod go without monitoring until docker/offline/build has built it" in done.stderr
    chosen = machine.named((machine.folder / "images.env").read_text())
    assert chosen == OFFLINE | {"MONITORING_PROFILE": "left-out"}


def test_development_leaves_the_monitoring_in_once_it_is_built(machine: Machine) -> None:
    machine.run("ensure", "dev", PRESENT=" ".join(value for value in OFFLINE.values() if "/" in value))
    assert machine.named((machine.folder / "images.env").read_text()) == OFFLINE


def test_development_asks_no_registry_for_what_it_does_not_use(machine: Machine) -> None:
    done = machine.run("ensure", "dev", PRESENT=OF_DEVELOPMENT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not machine.asked.exists()


def test_the_registry_is_asked_once(machine: Machine) -> None:
    machine.run("ensure")
    assert machine.asked.read_text().splitlines() == ["python:3.11-slim-bookworm"]


def test_an_image_that_is_here_needs_no_stand_in(machine: Machine) -> None:
    assert machine.chosen(PRESENT="postgres:15") == {k: v for k, v in OFFLINE.items() if k != "POSTGRES_IMAGE"}


def test_what_the_user_has_named_is_never_overruled(machine: Machine) -> None:
    assert machine.chosen(POSTGRES_IMAGE="mine:15") == OFFLINE | {"POSTGRES_IMAGE": "mine:15"}


def test_the_user_can_decide_without_a_registry_being_asked(machine: Machine) -> None:
    assert machine.chosen(DEVBOX_IMAGES="offline", REGISTRY="yes") == OFFLINE
    assert machine.chosen(DEVBOX_IMAGES="official") == {}
    assert not machine.asked.exists()


def test_a_certificate_authority_of_this_machine_reaches_pip_in_builds(machine: Machine) -> None:
    bundle = machine.folder / "my authority.pem"
    bundle.write_text("certificate")
    chosen = machine.chosen(REGISTRY="yes", PIP_CERT=str(bundle))
    assert chosen == {"BUILD_PIP_CONF": f"{machine.folder}/pip.conf", "BUILD_CA_BUNDLE": str(bundle)}
    assert (machine.folder / "pip.conf").read_text() == "[global]\ncert = /run/secrets/ca_bundle\n"


def test_a_private_index_reaches_pip_in_builds_and_is_kept_private(machine: Machine) -> None:
    chosen = machine.chosen(REGISTRY="yes", PIP_INDEX_URL="https://me:hush@example.test/simple")
    conf = Path(chosen["BUILD_PIP_CONF"])
    assert conf.read_text() == "[global]\nindex-url = https://me:hush@example.test/simple\n"
    assert conf.stat().st_mode & 0o077 == 0


def test_without_an_engine_it_says_what_to_do(machine: Machine) -> None:
    done = machine.run("with", "env", NO_ENGINE="1")
    assert done.returncode == 3
    assert done.stderr == "images: no engine answers; start one first (devbox engine start)\n"


def test_the_command_s_own_exit_code_is_passed_on(machine: Machine) -> None:
    assert machine.run("with", "sh", "-c", "exit 7", REGISTRY="yes").returncode == 7
