"""Stand-ins are built once, together, and again only where their files have changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.stack.stack import ROOT

MONITORING = ["alertmanager:0.28", "postgres-exporter:0.17", "prometheus:2.53", "redis-exporter:1.69"]
ALL = sorted(["debian:bookworm", "nginx:1.30", "postgres:15", "python:3.11", "redis:7", *MONITORING])

# Remembers the label with which an image was made, and every image it made.
FAKE_DOCKER = r"""#!/bin/sh
store=$(dirname "$0")/images; mkdir -p "$store"
made() { echo "$1" >> "$store/made"; echo "$2" > "$store/$(echo "$1" | tr /: __)"; }
case "$1" in
    image) eval "image=\${$#}"; cat "$store/$(echo "$image" | tr /: __)" 2>/dev/null ;;
    import) eval "image=\${$#}"; label=${3#*=}; made "$image" "$label" ;;
    build)
        case "$*" in *"${BROKEN:-nothing}"*) echo "no space left on device"; exit 1 ;; esac
        while [ $# -gt 0 ]; do
            case "$1" in --label) label=${2#*=} ;; --tag) image=$2 ;; esac
            shift
        done
        made "$image" "$label" ;;
esac
"""


class Workshop:
    """docker/offline with an engine that only takes notes."""

    def __init__(self, folder: Path) -> None:
        self.offline = folder / "offline"
        shutil.copytree(ROOT / "docker/offline", self.offline, ignore=shutil.ignore_patterns("images.env*", "pip.conf"))
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name, text in (("docker", FAKE_DOCKER), ("mmdebstrap", "#!/bin/sh\n")):
            (self.bin / name).write_text(text)
            (self.bin / name).chmod(0o755)

    def build(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": f"{self.bin}:{os.environ['PATH']}"} | variables
        return subprocess.run([self.offline / "build", *arguments], env=environ, capture_output=True, text=True)

    def made(self) -> list[str]:
        """The images made since the last time of asking."""
        notes = self.bin / "images/made"
        made = (
            [line.removeprefix("devbox-offline/") for line in notes.read_text().splitlines()] if notes.exists() else []
        )
        notes.unlink(missing_ok=True)
        return sorted(made)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_all_are_built_the_first_time_and_none_the_second(workshop: Workshop) -> None:
    assert workshop.build().returncode == 0
    assert workshop.made() == ALL

    again = workshop.build()

    assert (again.returncode, again.stderr) == (0, "offline images: nothing to do\n")
    assert workshop.made() == []
    assert workshop.build("--quiet").stderr == ""


def test_a_changed_file_builds_its_image_again(workshop: Workshop) -> None:
    workshop.build()
    workshop.made()
    with (workshop.offline / "redis/entrypoint.sh").open("a") as script:
        script.write("# changed\n")

    assert workshop.build().returncode == 0
    assert workshop.made() == ["redis:7"]


def test_one_dockerfile_makes_several_each_as_its_own_target(workshop: Workshop) -> None:
    workshop.build()
    workshop.made()
    with (workshop.offline / "monitoring/Dockerfile").open("a") as dockerfile:
        dockerfile.write("# changed\n")

    assert workshop.build().returncode == 0
    assert workshop.made() == MONITORING
    dockerfile = (workshop.offline / "monitoring/Dockerfile").read_text()
    assert all(f" AS {image.partition(':')[0]}\n" in dockerfile for image in MONITORING)


def test_only_what_is_named_is_built(workshop: Workshop) -> None:
    assert workshop.build("--quiet", "redis:7", "redis-exporter:1.69").returncode == 0
    assert workshop.made() == ["debian:bookworm", "redis-exporter:1.69", "redis:7"]


def test_a_name_that_there_is_no_stand_in_for_is_refused(workshop: Workshop) -> None:
    done = workshop.build("grafana:12")
    assert done.returncode == 2
    assert done.stderr.startswith("offline images: grafana:12 is none of: python:3.11 ")
    assert workshop.made() == []


def test_a_changed_base_builds_everything_again(workshop: Workshop) -> None:
    workshop.build()
    workshop.made()
    with (workshop.offline / "base.sh").open("a") as script:
        script.write("# changed\n")

    assert workshop.build().returncode == 0
    assert workshop.made() == ALL


def test_a_failed_build_is_reported_with_its_last_lines_and_the_others_are_made(workshop: Workshop) -> None:
    done = workshop.build(BROKEN="offline/postgres:15")
    assert done.returncode == 1
    assert "devbox-offline/postgres:15 did not build:\nno space left on device" in done.stderr
    assert workshop.made() == [image for image in ALL if image != "postgres:15"]
