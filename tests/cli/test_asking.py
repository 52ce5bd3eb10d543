"""What is lost, and what is protected, is asked about first."""

from __future__ import annotations

import pytest

from devbox.cli import confirm
from tests.cli.planned import running
from tests.cli.world import World


@pytest.fixture
def asking(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A stack with a volume, and a person at a terminal."""
    world.write(
        "name: shop\nservices: {db: {image: 'devbox-test/busybox:latest', volumes: ['data:/d']}}\nvolumes: {data: }"
    )
    world.run("up")
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    return world


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(confirm, "_ask", lambda question: text)


def test_down_v_names_what_is_lost_and_a_no_leaves_it(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "n")
    said = asking.run("down", "-v")
    assert said.code == 1
    assert "shop_data" in said.err
    assert "Nothing was changed" in said.err
    assert list(asking.engine.volumes) == ["shop_data"]
    assert running(asking) == ["shop-db-1"]


def test_down_v_goes_on_after_a_yes(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "y")
    assert asking.run("down", "-v").code == 0
    assert asking.engine.volumes == {}


def test_yes_on_the_command_line_is_not_asked_again(asking: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "n")
    assert asking.run("down", "-v", "-y").code == 0
    assert asking.engine.volumes == {}


@pytest.fixture
def labelled(asking: World) -> World:
    """The same, the volume's labels being changed in the file since."""
    text = (asking.folder / "compose.yaml").read_text()
    asking.write(text.replace("volumes: {data: }", "volumes: {data: {labels: {team: blue}}}"))
    return asking


def team(world: World) -> str | None:
    return world.engine.volumes["shop_data"].labels.get("team")


def test_up_makes_a_changed_volume_anew_after_a_yes(labelled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "y")
    said = labelled.run("up")
    assert (said.code, team(labelled), running(labelled)) == (0, "blue", ["shop-db-1"])
    assert "volume shop_data and its data: labels.team changed" in said.err


def test_up_does_nothing_after_a_no_and_keeps_the_volume_when_told(
    labelled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, "n")
    said = labelled.run("up")
    assert (said.code, team(labelled)) == (1, None)
    assert "devbox up --keep-volumes" in said.err
    assert labelled.run("up", "--keep-volumes").code == 0
    assert team(labelled) is None


def test_up_keeps_a_changed_volume_where_nobody_can_answer(labelled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "can_ask", lambda: False)
    said = labelled.run("up")
    assert (said.code, team(labelled)) == (0, None)
    assert "volume shop_data is not as the files want it (labels.team); it stays, with its data" in said.err
    assert labelled.run("up", "-y").code == 0
    assert team(labelled) == "blue"


def test_a_protected_environment_wants_its_name_typed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("environments: {prod: {files: [compose.yaml], protected: true}}", "devbox.yaml")
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    answer(monkeypatch, "yes")
    assert world.run("up").code == 1
    assert world.engine.containers == {}
    answer(monkeypatch, "prod")
    assert world.run("up").code == 0
