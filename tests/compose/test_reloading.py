"""`x-devbox.reload` in a rule of develop.watch."""

from __future__ import annotations

import pytest

from devbox.compose.hash import service_hash
from devbox.compose.model import Hook, Reload
from devbox.compose.output import render
from tests.compose.files import faults, load_text

FILE = """\
services:
  a:
    image: x
    develop:
      watch:
        - {{path: ./src, target: /app, action: {action}{own}}}
"""


def file(own: str, action: str = "sync") -> str:
    return FILE.format(own=f", x-devbox: {own}" if own else "", action=action)


@pytest.mark.parametrize(
    ("own", "reload"),
    [
        ("{reload: {signal: HUP}}", Reload(signal="SIGHUP")),
        ("{reload: {signal: sigusr1}}", Reload(signal="SIGUSR1")),
        ("{reload: {exec: [kill, -HUP, '1']}}", Reload(exec=Hook(command=("kill", "-HUP", "1")))),
        ("{reload: {exec: {command: [x], user: root}}}", Reload(exec=Hook(command=("x",), user="root"))),
        ("{reload: restart}", Reload()),
        ("", None),
    ],
)
def test_what_follows_a_sync(own: str, reload: Reload | None) -> None:
    assert load_text(file(own)).services["a"].watch[0].reload == reload


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ("{reload: {signal: HUPP}}", '.reload.signal: "HUPP" is no signal'),
        ("{reload: {sginal: HUP}}", '.reload.sginal: the key "sginal" is not known'),
        ("{relaod: restart}", '.relaod: the key "relaod" is not known'),
        ("{reload: start}", '.reload: must be one of restart, but is "start"'),
        ("{reload: {}}", ".reload: needs one of signal and exec"),
        ("{reload: {signal: HUP, exec: [x]}}", ".reload: needs one of signal and exec"),
        ("{reload: {exec: []}}", ".reload.exec: is empty"),
        ("{}", ': needs the key "reload"'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(own: str, fault: str) -> None:
    found = faults(file(own))
    assert found[0].startswith("compose.yaml:6:")
    assert any(f"services.a.develop.watch[0].x-devbox{fault}" in one for one in found)


def test_an_action_that_says_what_follows_needs_no_reload() -> None:
    assert "sync+restart says already what follows" in faults(file("{reload: restart}", "sync+restart"))[0]


def test_the_configuration_shows_it_and_loads_again() -> None:
    project = load_text(file("{reload: {signal: HUP}}"))
    text = render(project)
    assert "x-devbox:" in text
    assert load_text(text).services["a"].watch == project.services["a"].watch


def test_a_container_is_the_same_with_it() -> None:
    trees = [load_text(file(own)).services["a"].tree for own in ("", "{reload: restart}")]
    assert service_hash(trees[0]) == service_hash(trees[1])
