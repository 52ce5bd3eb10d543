"""`devbox rollback`: what goes where is shown, asked, done, and seen afterwards."""

from __future__ import annotations

import pytest

from devbox.cli import confirm
from devbox.errors import EngineError
from tests.cli.world import World
from tests.fakes import FakeImage
from tests.real import IMAGE


@pytest.fixture
def renewed(world: World) -> World:
    """api and db run the second version of their image."""
    world.engine.images[IMAGE] = FakeImage(content="1")
    assert world.run("up").code == 0
    world.engine.images[IMAGE] = FakeImage(content="2")
    assert world.run("up").code == 0
    world.engine.calls.clear()
    return world


def image(version: str) -> str:
    return FakeImage(content=version).id_of(IMAGE)


def runs(world: World) -> dict[str, str]:
    """service -> the version of its image."""
    versions = {image(version): version for version in ("1", "2", "3")}
    return {
        one.labels["com.docker.compose.service"]: versions[one.image_id] for one in world.engine.containers.values()
    }


def test_it_says_what_goes_where_and_does_it(renewed: World) -> None:
    said = renewed.run("rollback", "api")
    assert said.code == 0
    header, line = said.err.splitlines()[:2]
    assert header.split() == ["SERVICE", "FROM", "FOR", "BACK", "TO"]
    new, old = image("2").removeprefix("sha256:")[:12], image("1").removeprefix("sha256:")[:12]
    service, *images, _, back = line.split()
    assert (service, images, back) == ("api", [new, f"({IMAGE})"], old)
    assert runs(renewed) == {"api": "1", "db": "2"}


def test_it_says_what_the_files_have_changed_besides(renewed: World) -> None:
    text = (renewed.folder / "compose.yaml").read_text()
    renewed.write(text.replace("  api:\n", "  api:\n    environment: {MODE: new}\n"))
    said = renewed.run("rollback", "api")
    assert said.code == 0
    assert "api: environment.MODE: not set -> new" in said.err


def test_without_a_name_all_go_back_and_another_one_goes_forward(renewed: World) -> None:
    assert renewed.run("rollback").code == 0
    assert runs(renewed) == {"api": "1", "db": "1"}
    assert renewed.run("rollback").code == 0
    assert runs(renewed) == {"api": "2", "db": "2"}
    assert renewed.run("ps", "--json").json()[0]["rolled_back"] == ""


def test_ps_and_plan_tell_what_is_rolled_back(renewed: World) -> None:
    renewed.run("rollback", "api")
    assert "api (rolled back)" in renewed.run("ps").out
    assert {one["service"]: one["rolled_back"] for one in renewed.run("ps", "--json").json()} == {
        "api": IMAGE,
        "db": "",
    }
    old, new = (image(version).removeprefix("sha256:")[:12] for version in "12")
    assert f"api: image: rolled back {old} -> {new}" in renewed.run("plan").out


def test_as_json_it_tells_the_images(renewed: World) -> None:
    said = renewed.run("rollback", "api", "--json").json()
    old, new = (image(version).removeprefix("sha256:")[:12] for version in "12")
    assert said["changes"] == [{"service": "api", "property": "image", "before": new, "after": old}]
    assert said["result"] == "done"


@pytest.mark.parametrize(("answer", "code", "version"), [("n", 1, "2"), ("y", 0, "1")])
def test_at_a_terminal_it_asks(
    renewed: World, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, version: str
) -> None:
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    monkeypatch.setattr(confirm, "_ask", lambda question: answer)
    assert renewed.run("rollback", "api").code == code
    assert runs(renewed)["api"] == version


def test_yes_asks_nothing(renewed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "can_ask", lambda: True)
    assert renewed.run("rollback", "-y", "api").code == 0
    assert runs(renewed)["api"] == "1"


def test_a_protected_environment_is_left_alone_unless_it_is_meant(renewed: World) -> None:
    renewed.write("environments: {prod: {files: [compose.yaml], project: shop, protected: true}}", "devbox.yaml")
    assert renewed.run("rollback", "-y").code == 2
    assert runs(renewed)["api"] == "2"
    assert renewed.run("--yes-i-mean", "prod", "rollback", "-y").code == 0


def test_what_cannot_go_back_is_named(world: World) -> None:
    assert world.run("up").code == 0
    world.engine.calls.clear()
    said = world.run("rollback", "api")
    assert (said.code, world.engine.calls) == (1, [])
    assert "no previous image of api is kept" in said.err
    assert "`devbox up` keeps the one it replaces" in said.err


def test_one_that_fails_says_how_to_undo_it(renewed: World) -> None:
    renewed.engine.fail("start", EngineError("no space left", status=500))
    said = renewed.run("rollback", "api")
    assert said.code == 1
    assert "no space left" in said.err
    assert said.err.splitlines()[-1] == "Another `devbox rollback` goes to what ran before."
