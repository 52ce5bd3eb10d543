"""`devbox debug` away from a debugger: what it is asked, and what it tells editors."""

from __future__ import annotations

import json
import os
import stat

import pytest

from devbox.cli.debug import address
from devbox.cli.listen import Says
from devbox.errors import UsageError
from devbox.session.heard import Happened, Heard
from devbox.session.listening import own_port
from tests.cli.world import World

SOURCES = """
name: shop
services:
  api:
    image: devbox-test/busybox:latest
    volumes: ["./src:/srv"]
  worker: {image: devbox-test/busybox:latest, x-devbox: {debug: {port: 4711, type: go}}}
"""
LAUNCH = ".vscode/launch.json"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("", ("127.0.0.1", 0)),
        ("0", ("127.0.0.1", 0)),
        ("5678", ("127.0.0.1", 5678)),
        (":5678", ("127.0.0.1", 5678)),
        ("0.0.0.0:5678", ("0.0.0.0", 5678)),
        ("0.0.0.0:", ("0.0.0.0", 0)),
        ("0.0.0.0", ("0.0.0.0", 0)),
        ("localhost", ("localhost", 0)),
        ("[::1]:5678", ("::1", 5678)),
        ("[::1]", ("::1", 0)),
        ("api", None),
    ],
)
def test_an_address_is_told_from_a_service(word: str, found: tuple[str, int] | None) -> None:
    assert address(word) == found


@pytest.mark.parametrize("word", ["65536", ":99999"])
def test_what_is_no_port_is_said(word: str) -> None:
    with pytest.raises(UsageError, match="is no port"):
        address(word)


def test_ports_for_several_services_end_where_ports_do(world: World) -> None:
    world.write(SOURCES)
    said = world.run("debug", "--listen", "65535", "api", "worker")
    assert said.code == 2 and "65536" in said.err


@pytest.mark.parametrize("words", [(), ("api",), ("api", "worker"), ("--json", "api")])
def test_without_a_terminal_it_has_to_be_told_what_to_do(world: World, words: tuple[str, ...]) -> None:
    world.write(SOURCES)
    said = world.run("debug", *words)
    assert said.code == 2 and "devbox debug" in said.err


def test_a_replica_is_chosen_on_the_screen_not_for_it(world: World) -> None:
    world.write(SOURCES)
    said = world.run("debug", "api", "--container", "2")
    assert said.code == 2 and "press B on one" in said.err


@pytest.mark.parametrize("words", [("--ways", "apo"), ("--launch", "apo"), ("--listen", "apo"), ("--prepare", "apo")])
def test_a_service_that_is_not_there_is_told_with_the_nearest(world: World, words: tuple[str, ...]) -> None:
    world.write(SOURCES)
    said = world.run("debug", *words)
    assert said.code == 2 and "Did you mean api?" in said.err


def test_ways_are_those_of_a_container_that_runs(world: World) -> None:
    world.write(SOURCES)
    said = world.run("debug", "--ways", "api")
    assert said.code == 1 and "api does not run" in said.err and "devbox up api" in said.err


def test_launch_writes_an_entry_for_each_service_in_words_of_its_kind(world: World) -> None:
    world.write(SOURCES)
    said = world.run("debug", "--launch", "api", "worker")
    assert said.code == 0 and str(own_port("shop", "api")) in said.err
    api, worker = json.loads((world.folder / LAUNCH).read_text())["configurations"]
    assert api["pathMappings"] == [{"localRoot": "${workspaceFolder}/src", "remoteRoot": "/srv"}]
    assert api["connect"] == {"host": "127.0.0.1", "port": own_port("shop", "api")}
    assert (worker["type"], worker["port"]) == ("go", own_port("shop", "worker"))


def test_launch_goes_into_the_folder_that_the_editor_was_opened_at(world: World) -> None:
    (world.folder / ".vscode").mkdir()
    world.write(SOURCES, "deep/down/compose.yaml")
    top = world.folder
    world.folder = top / "deep" / "down"
    assert world.run("debug", "--launch", "api").code == 0
    (entry,) = json.loads((top / LAUNCH).read_text())["configurations"]
    assert entry["pathMappings"][0]["localRoot"] == "${workspaceFolder}/deep/down/src"


def test_launch_keeps_what_is_there_and_the_file_as_it_is(world: World) -> None:
    world.write(SOURCES)
    kept = world.write('// ours\n{"configurations": [{"name": "mine"}]}\n', ".vscode/kept.json")
    kept.chmod(0o640)
    (world.folder / LAUNCH).symlink_to("kept.json")
    assert world.run("debug", "--launch", "api").code == 0
    assert kept.read_text().startswith("// ours\n") and '"shop: api"' in kept.read_text()
    assert (world.folder / LAUNCH).is_symlink() and stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert sorted(os.listdir(world.folder / ".vscode")) == ["kept.json", "launch.json"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{\n  "configurations": [\n', "launch.json:3:1: the file ends in the middle"),
        (b'{"a": "\xff"}', "is not UTF-8 (byte 7)"),
    ],
)
def test_a_broken_file_is_left_as_it_is(world: World, text: bytes, said: str) -> None:
    world.write(SOURCES)
    file = world.write("", LAUNCH)
    file.write_bytes(text)
    found = world.run("debug", "--launch", "api")
    assert found.code == 1 and said in found.err
    assert file.read_bytes() == text


def test_a_place_where_nothing_can_be_written_is_said(world: World) -> None:
    world.write(SOURCES)
    (world.folder / LAUNCH).parent.mkdir()
    (world.folder / LAUNCH).mkdir()
    found = world.run("debug", "--launch", "api")
    assert found.code == 1 and "launch.json cannot be written" in found.err


def test_a_protected_environment_is_not_debugged_unasked(world: World) -> None:
    world.write(SOURCES)
    world.write("environments: {prod: {files: [compose.yaml], protected: true}}\n", "devbox.yaml")
    found = world.run("-e", "prod", "debug", "--listen", "api")
    assert found.code == 2 and "prod is protected" in found.err


def test_what_is_tried_again_and_again_is_told_once_for_each_editor(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    says = Says(world.outside(), as_json=False)
    tell = says.progress("api")
    for _ in range(2):
        says.heard(Heard(service="api", what=Happened.CAME, editor="127.0.0.1:9"))
        for _ in range(3):
            tell("looking into shop-api-1")
            tell("asking its helper")
    said = capsys.readouterr().err
    assert said.count("looking into shop-api-1") == said.count("asking its helper") == 2
