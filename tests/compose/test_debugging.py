"""`x-devbox.debug` of a service."""

from __future__ import annotations

import pytest

from devbox.compose.hash import service_hash
from devbox.compose.model import Debug
from devbox.compose.output import render
from tests.compose.files import faults, load_files, load_text

FILE = """\
services:
  a:
    image: x
"""


def file(own: str) -> str:
    return f"{FILE}    x-devbox: {own}\n" if own else FILE


@pytest.mark.parametrize(
    ("own", "debug"),
    [
        ("{debug: true}", Debug(on_demand=True)),
        ("{debug: false}", Debug()),
        ("{debug: {on_demand: true}}", Debug(on_demand=True)),
        ("{debug: {port: 5678}}", Debug(port=5678)),
        ("{debug: {port: '2345', type: go}}", Debug(port=2345, type="go")),
        ("", None),
    ],
)
def test_how_a_debugger_gets_in(own: str, debug: Debug | None) -> None:
    assert load_text(file(own)).services["a"].debug == debug


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        ("{debug: 5678}", ".debug: must be true, false or a mapping, but is a number"),
        ("{debug: yes}", ".debug: must be true, false or a mapping"),
        ("{debug: {}}", ".debug: needs one of on_demand and port"),
        ("{debug: {port: 0}}", ".debug.port: must be from 1 to 65535"),
        ("{debug: {port: 70000}}", ".debug.port: must be from 1 to 65535"),
        ("{debug: {prot: 5678}}", '.debug.prot: the key "prot" is not known'),
        ("{debug: {type: go}}", ".debug.type: says whose debug server it is, and none is named"),
        ("{debug: {port: 1, type: [go]}}", ".debug.type: must be a kind of debugger"),
        ("{debgu: true}", '.debgu: the key "debgu" is not known'),
        ("{}", ': needs the key "debug"'),
    ],
)
def test_what_is_wrong_is_named_with_its_place(own: str, fault: str) -> None:
    found = faults(file(own))
    assert found[0].startswith("compose.yaml:4:")
    assert any(f"services.a.x-devbox{fault}" in one for one in found)


def test_a_later_file_has_the_last_word() -> None:
    files = {"compose.yaml": file("{debug: {port: 5678}}"), "compose.override.yaml": file("{debug: {port: 5679}}")}
    assert load_files(files).services["a"].debug == Debug(port=5679)


def test_the_configuration_and_the_container_are_the_same_with_it() -> None:
    plain, own = (load_text(file(text)) for text in ("", "{debug: true}"))
    assert render(plain) == render(own)
    assert plain.hashes == own.hashes
    assert service_hash(plain.services["a"].tree) == service_hash(own.services["a"].tree)
