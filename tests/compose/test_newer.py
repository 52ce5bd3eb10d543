"""Fields that the specification got after Compose 2.40: kept, and told where they have no effect."""

from __future__ import annotations

import json
from pathlib import Path

from devbox.compose.newer import FIELDS
from devbox.compose.output import render
from tests.compose.files import load_files, load_text

GUIDE = Path(__file__).parents[2] / "devbox" / "guides" / "compose.md"
STEPS = """\
services:
  api:
    image: app
    pre_start:
      - {command: ./manage.py migrate, user: app, environment: [A=1]}
      - {image: busybox, per_replica: true, x-note: 1}
"""


def test_init_containers_are_kept_in_the_model() -> None:
    tree = json.loads(render(load_text(STEPS), "json"))
    assert tree["services"]["api"]["pre_start"] == [
        {"command": ["./manage.py", "migrate"], "user": "app", "environment": {"A": "1"}},
        {"command": None, "image": "busybox", "per_replica": True},
    ]


def test_init_containers_are_said_to_have_no_effect() -> None:
    [warning] = load_text(STEPS).warnings
    assert warning.startswith("/work/app/compose.yaml:4:5: services.api.pre_start has no effect")
    assert "June 2026" in warning
    assert "service_completed_successfully" in warning


def test_what_is_printed_loads_again() -> None:
    project = load_text(STEPS)
    assert load_text(render(project)).tree == project.tree


def test_steps_of_a_later_file_follow_those_of_an_earlier_one() -> None:
    more = "services: {api: {pre_start: [{command: second}]}}"
    project = load_files(
        {"compose.yaml": "services: {api: {image: app, pre_start: [{command: first}]}}", "more.yaml": more},
        files=("compose.yaml", "more.yaml"),
    )
    assert [step["command"] for step in project.services["api"].tree["pre_start"]] == [["first"], ["second"]]


def test_what_has_no_effect_recreates_nothing() -> None:
    plain = "services: {api: {image: app, build: {context: .}}}"
    later = "services: {api: {image: app, build: {context: ., no_cache_filter: [a]}, pre_start: [{command: x}]}}"
    assert load_text(plain).hashes == load_text(later).hashes


def test_stages_without_the_cache_reach_the_build_and_warn_of_nothing() -> None:
    project = load_text("services: {api: {build: {context: ., no_cache_filter: fetched}}}")
    build = project.services["api"].build
    assert build is not None
    assert build.no_cache_filter == ("fetched",)
    assert project.warnings == ()


def test_the_guide_lists_each_of_them() -> None:
    text = GUIDE.read_text()
    for path, field in FIELDS.items():
        name = ".".join(str(part) for part in path[2:])
        assert any(f"`{name}`" in line and field.since in line for line in text.splitlines())
