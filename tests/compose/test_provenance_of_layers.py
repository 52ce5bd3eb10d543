"""Which file sets a value, and which ones it beats."""

from __future__ import annotations

import pytest

from devbox.compose.route import leaves
from tests.compose.explaining import HOME, explainer, told
from tests.compose.files import load_files

BASE = """\
services:
  a:
    image: one
    command: [serve, loud]
    environment: {A: "1", B: "1"}
    ports: ["80:80"]
    volumes: ["./x:/data"]
    dns: [1.1.1.1]
    logging: {driver: json-file, options: {max-size: 1m}}
    deploy: {mode: replicated}
"""
SECOND = """\
services:
  a:
    image: two
    command: !override [run]
    environment: [A=2]
    ports: ["81:81"]
    volumes: ["./y:/data"]
    logging: {options: {max-size: 2m}}
"""
THIRD = """\
services:
  a:
    image: three
    environment: {A: "3", C: }
    ports: !override ["90-91:90-91", "80:80"]
    dns: [2.2.2.2, 1.1.1.1]
    scale: 5
"""

MERGED: dict[str, list[str]] = {
    "services.a.image": [
        "three",
        "set at 3.yaml:3:12",
        "instead of two, 2.yaml:3:12",
        "instead of one, 1.yaml:3:12",
    ],
    "services.a.command.0": ["run", "set at 2.yaml:4:25", "instead of serve, 1.yaml:4:15"],
    "services.a.environment.A": [
        "3",
        "set at 3.yaml:4:22",
        "instead of 2, 2.yaml:5:19",
        "instead of 1, 1.yaml:5:22",
    ],
    "services.a.environment.B": ["1", "set at 1.yaml:5:30"],
    "services.a.environment.C": ["shell", "set at 3.yaml:4:27", "C = shell, from the shell"],
    "services.a.ports[1].published": ["91", "set at 3.yaml:5:23", "written as 90-91:90-91"],
    "services.a.ports[2].published": ["80", "set at 3.yaml:5:38", "written as 80:80"],
    "services.a.volumes.0.source": [
        "/work/app/y",
        "set at 2.yaml:7:15",
        "written as ./y:/data",
        "instead of /work/app/x, 1.yaml:7:15",
    ],
    "services.a.dns.0": ["1.1.1.1", "set at 3.yaml:6:20", "instead of 1.1.1.1, 1.yaml:8:11"],
    "services.a.dns.1": ["2.2.2.2", "set at 3.yaml:6:11"],
    "services.a.logging.driver": ["json-file", "set at 1.yaml:9:23"],
    "services.a.logging.options.max-size": ["2m", "set at 2.yaml:8:35", "instead of 1m, 1.yaml:9:54"],
    "services.a.deploy.replicas": ["5", "set at 3.yaml:7:12"],
}


@pytest.mark.parametrize("path", MERGED)
def test_three_files_laid_over_each_other(path: str) -> None:
    files = {"1.yaml": BASE, "2.yaml": SECOND, "3.yaml": THIRD}
    environ = {**HOME, "C": "shell"}
    assert told(files, path, files=tuple(files), environ=environ) == MERGED[path]


def test_a_logging_driver_takes_the_options_of_another_away() -> None:
    files = {"1.yaml": BASE, "2.yaml": "services: {a: {logging: {driver: syslog, options: {max-size: 9m}}}}"}
    assert told(files, "services.a.logging.options.max-size", files=tuple(files)) == [
        "9m",
        "set at 2.yaml:1:62",
        "instead of 1m, 1.yaml:9:54",
    ]


def test_a_reset_value_does_not_come_back() -> None:
    files = {
        "1.yaml": "services: {a: {image: x, labels: {K: old}}}",
        "2.yaml": "services: {a: {labels: !reset {}}}",
        "3.yaml": "services: {a: {labels: {K: new}}}",
    }
    assert told(files, "services.a.labels.K", files=tuple(files))[:2] == ["new", "set at 3.yaml:1:28"]


def test_a_reset_in_an_extended_file_reaches_only_what_that_extends() -> None:
    files = {
        "1.yaml": "services: {a: {labels: {K: first}}}",
        "2.yaml": "services: {a: {extends: {file: far.yaml, service: b}}}",
        "far.yaml": "services: {b: {extends: c, image: x, labels: !override {L: far}}, c: {labels: {K: gone, L: old}}}",
    }
    both = ("1.yaml", "2.yaml")
    assert told(files, "services.a.labels.K", files=both)[:2] == ["first", "set at 1.yaml:1:28"]
    assert told(files, "services.a.labels.L", files=both) == [
        "far",
        "set at far.yaml:1:60",
        "instead of old, far.yaml:1:92",
    ]


def test_explaining_changes_nothing() -> None:
    files = {"1.yaml": BASE, "2.yaml": SECOND, "3.yaml": THIRD}
    known = explainer(files, files=tuple(files))
    for path in leaves(known.tree, ()):
        known.explain(path)
    assert known.tree["services"] == load_files(files, files=tuple(files)).tree["services"]
