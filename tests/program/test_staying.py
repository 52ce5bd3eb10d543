"""`devbox watch` and `devbox up --watch`, from the first save to Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from docker.models.containers import Container

from tests.program.terminal import DEVBOX, outer, piped, terminal
from tests.session import world

Containers = Callable[[], dict[str, Container]]

FILE = """
name: {project}
services:
  api:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
    working_dir: /a
    network_mode: none
    develop: {{watch: [{{action: sync, path: ./src, target: /app}}]}}
"""


@pytest.fixture
def watched(tmp_path: Path, project_name: str, busybox: str) -> Path:
    """A folder with a service whose files are synced."""
    (tmp_path / "src").mkdir()
    return world.written(tmp_path, project_name, FILE)


@contextmanager
def telling(*arguments: str, folder: Path) -> Iterator[Callable[[str], dict[str, Any]]]:
    """A watch with --json; what is yielded waits for the next event of that name."""
    command = [*DEVBOX, *arguments, "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True, env=outer({})) as process:
        assert process.stdout is not None
        lines = map(json.loads, process.stdout)
        try:
            yield lambda name: next(one for one in lines if one["event"] == name)
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
    assert code == 130


def test_up_with_watch_stays_and_brings_what_is_saved_and_lets_the_containers_run_on(
    watched: Path, containers: Containers
) -> None:
    with terminal("up", "--wait", "--watch", folder=watched) as devbox:
        devbox.shows("api: watching, 1 rule")
        (watched / "src" / "main.py").write_text("one")
        devbox.shows("synced 1 file (3 B) /app/main.py")
        assert containers()["api"].exec_run(["cat", "/app/main.py"]).output == b"one"
        devbox.type("\x03")
        assert devbox.ends() == 130
        assert devbox.is_restored()
    assert containers()["api"].status == "running"


def test_saved_compose_files_are_told_with_what_applies_them_and_nothing_is_done(
    watched: Path, project_name: str, containers: Containers
) -> None:
    with terminal("watch", "api", folder=watched, size=(160, 32)) as devbox:
        devbox.shows("api: watching, 1 rule")
        before = containers()["api"].id
        world.written(watched, project_name, FILE.replace("/a\n", "/b\n"))
        devbox.shows(
            "compose.yaml changed: 1 container would be recreated (api); `devbox up api` applies it,"
            " `devbox plan api` tells why"
        )
        assert containers()["api"].id == before


def test_scripts_hear_of_broken_and_mended_files_and_of_what_they_ask_for(watched: Path, project_name: str) -> None:
    with telling("watch", folder=watched) as told:
        told("watching")
        world.written(watched, project_name, FILE.replace("services:", "servces:"))
        (problem,) = told("files-broken")["problems"]
        assert f"{watched}/compose.yaml:3:1" in problem
        world.written(watched, project_name, FILE.replace("/a\n", "/b\n"))
        told("files-mended")
        changed = told("files-changed")
        assert (changed["files"], changed["recreated"], changed["apply"]) == (["compose.yaml"], ["api"], "devbox up")
        world.written(watched, f"{project_name}-b", FILE)
        assert told("project-renamed")["project"] == f"{project_name}-b"


def test_a_rule_that_is_added_is_watched_at_once(watched: Path, project_name: str) -> None:
    (watched / "more").mkdir()
    with telling("watch", folder=watched) as told:
        told("watching")
        world.written(watched, project_name, FILE.replace("watch: [", "watch: [{{action: restart, path: ./more}}, "))
        assert told("watching")["rules"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--watch", "-d"), "--watch and --detach exclude each other."),
        (("--watch", "--no-start"), "--watch and --no-start exclude each other."),
        (("--watch",), "No service has rules to watch."),
    ],
)
def test_what_cannot_be_stayed_with_is_refused_before_anything_starts(
    folder: Path, containers: Containers, arguments: tuple[str, ...], said: str
) -> None:
    done = piped("up", *arguments, folder=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert containers() == {}
