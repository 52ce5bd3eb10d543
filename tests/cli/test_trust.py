"""A Compose file that lies elsewhere is given variables of this machine only with consent."""

from __future__ import annotations

import pytest

from devbox.adapters.files import LocalFiles
from devbox.cli import confirm
from devbox.compose.remote import Fetched
from tests.cli.world import World

ADDRESS = "https://host/team/stack.git"
FILE = "name: shop\nservices: {api: {image: '${IMAGE:-busybox}', environment: {KEY: '${API_TOKEN:-}'}}}\n"


@pytest.fixture
def far(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The file has been fetched; API_TOKEN is set here."""
    file = world.write(FILE, "fetched/compose.yaml")
    (world.folder / "compose.yaml").unlink(missing_ok=True)
    monkeypatch.setattr(LocalFiles, "fetch", lambda self, remote: Fetched(root=str(file.parent), file=str(file)))
    world.environ["API_TOKEN"] = "hunter2"
    world.engine.images["busybox"] = world.engine.images.popitem()[1]
    return world


def created(world: World) -> list[str]:
    return [one.name for one in world.engine.containers.values()]


def test_without_a_terminal_it_is_refused(far: World) -> None:
    said = far.run("-f", ADDRESS, "up")
    assert said.code == 1
    assert "takes variables of yours: API_TOKEN" in said.err and "-y" in said.err
    assert created(far) == []


def test_with_the_consent_of_the_command_line_it_goes_on(far: World) -> None:
    assert far.run("-f", ADDRESS, "up", "-y").code == 0
    assert created(far) == ["shop-api-1"]


@pytest.mark.parametrize(("typed", "code"), [("n", 1), ("", 0), ("y", 0)])
def test_on_a_terminal_it_is_asked(far: World, monkeypatch: pytest.MonkeyPatch, typed: str, code: int) -> None:
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    monkeypatch.setattr(confirm, "_ask", lambda question: typed)
    said = far.run("-f", ADDRESS, "up")
    assert said.code == code
    assert "API_TOKEN" in said.err and "hunter2" not in said.err


def test_watching_it_is_bringing_it_up(far: World) -> None:
    file = far.folder / "fetched/compose.yaml"
    watched = "develop: {watch: [{action: restart, path: /tmp}]}, environment"
    file.write_text(file.read_text().replace("environment", watched))
    said = far.run("-f", ADDRESS, "watch")
    assert said.code == 1
    assert "takes variables of yours: API_TOKEN" in said.err
    assert created(far) == []


def test_what_takes_nothing_from_here_is_not_asked_about(far: World) -> None:
    del far.environ["API_TOKEN"]
    assert far.run("-f", ADDRESS, "up").code == 0


def test_a_look_at_it_asks_for_nothing(far: World) -> None:
    assert far.run("-f", ADDRESS, "config").code == 0
    assert far.run("-f", ADDRESS, "plan").code == 0
