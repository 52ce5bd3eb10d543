"""`devbox secrets`: what is missing is made for its readers alone, what is wrong is told, and `up` refuses it."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from devbox.adapters.secret_files import LocalSecretFiles
from tests.cli.world import Said, World
from tests.real import IMAGE

BASE = f"""
name: shop
services:
  api:
    image: {IMAGE}
    user: "10001:10001"
    secrets: [db, token]
  db:
    image: {IMAGE}
    user: "999:999"
    secrets: [db]
secrets:
  db: {{file: "${{SECRETS}}/db"}}
  token: {{file: "${{SECRETS}}/token", x-devbox: {{generate: {{length: 12, alphabet: abc}}}}}}
"""
DEV = f"""
name: shop
services:
  api:
    image: {IMAGE}
    environment: {{DB_PASSWORD: devpass, DATABASE_URL: "postgres://api:other@db/shop"}}
"""
YAML = """
default: dev
environments:
  dev: {files: [compose.dev.yaml]}
  stage: {files: [compose.yaml], env_files: [stage.env]}
  prod: {files: [compose.yaml], env_files: [prod.env], protected: true}
"""


@pytest.fixture
def shop(world: World) -> World:
    """dev with passwords in its file; stage and prod with files of their own, which are not there yet."""
    world.write(YAML, "devbox.yaml")
    world.write(BASE)
    world.write(DEV, "compose.dev.yaml")
    for name in ("stage", "prod"):
        world.write(f"SECRETS=./secrets/{name}\n", f"{name}.env")
    return world


def made(world: World, environment: str = "stage") -> dict[str, str]:
    """The secrets of the environment, with what they hold."""
    folder = world.folder / "secrets" / environment
    return {path.name: path.read_text() for path in sorted(folder.iterdir())}


def filled(world: World, environment: str = "stage") -> World:
    """With all secrets of the environment made."""
    assert world.run("-e", environment, "secrets", "init").code == 0
    return world


def up(world: World, environment: str = "stage", *more: str) -> Said:
    return world.run("-e", environment, *more, "up")


def test_init_makes_what_is_missing_and_shows_none_of_it(shop: World) -> None:
    said = shop.run("-e", "stage", "secrets", "init")
    secrets = made(shop)
    assert [line.split()[:2] for line in said.out.splitlines()] == [
        ["made", "secrets/stage/db"],
        ["made", "secrets/stage/token"],
    ]
    assert len(secrets["db"]) == 43 and len(secrets["token"]) == 12 and set(secrets["token"]) <= set("abc")
    assert not any(value in said.out + said.err for value in secrets.values())


def test_init_keeps_what_is_there(shop: World) -> None:
    before = made(filled(shop))
    (shop.folder / "secrets/stage/token").unlink()
    said = shop.run("-e", "stage", "secrets", "init", "--json")
    assert [(one["name"], one["result"]) for one in said.json()] == [("db", "kept"), ("token", "made")]
    assert made(shop)["db"] == before["db"]


def test_force_makes_one_anew_and_no_other(shop: World) -> None:
    before = made(filled(shop))
    said = shop.run("-e", "stage", "secrets", "init", "--force", "db")
    after = made(shop)
    assert (after["db"] != before["db"], after["token"] == before["token"]) == (True, True)
    assert said.out.splitlines()[0].startswith("replaced")


def test_a_secret_that_is_none_cannot_be_forced(shop: World) -> None:
    said = shop.run("-e", "stage", "secrets", "init", "--force", "nothing")
    assert said.code == 2
    assert "There are: db, token." in said.err


def test_a_secret_of_a_protected_environment_is_replaced_by_none_who_does_not_mean_it(shop: World) -> None:
    before = made(filled(shop, "prod"), "prod")
    assert shop.run("-e", "prod", "secrets", "init", "--force", "db").code == 2
    assert made(shop, "prod") == before


@pytest.mark.parametrize("umask", [0, 0o777])
def test_rights_do_not_depend_on_the_umask(shop: World, umask: int) -> None:
    previous = os.umask(umask)
    try:
        filled(shop)
    finally:
        os.umask(previous)
    folder = shop.folder / "secrets/stage"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder)] == [0o700, 0o700]
    # The group bits show the mask of the list that lets the containers' users in; the group itself reads nothing.
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} <= {0o600, 0o640}
    found = LocalSecretFiles().look(str(folder / "db"))
    assert found and found.access
    assert [found.access.lets(uid, None) for uid in (10001, 999, 4321)] == [True, True, False]
    assert (found.access.group_reads, found.access.others_read) == (False, False)


def test_a_service_that_comes_later_is_let_in(shop: World) -> None:
    filled(shop)
    before = made(shop)
    shop.write(BASE.replace('user: "10001:10001"', 'user: "70:70"'))
    assert shop.run("-e", "stage", "secrets", "init").out.split()[0] == "opened"
    found = LocalSecretFiles().look(str(shop.folder / "secrets/stage/db"))
    assert found and found.access and found.access.lets(70, 70)
    assert made(shop) == before


def test_where_no_rights_can_be_kept_nothing_is_made_and_the_remedy_told(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    said = shop.run("-e", "stage", "secrets", "init")
    assert said.code == 1
    assert "keeps no access lists" in said.err and "chmod 0444" in said.err
    assert list((shop.folder / "secrets/stage").iterdir()) == []


def test_what_lies_outside_of_the_project_is_left_alone(shop: World, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (shop.folder / "secrets").symlink_to(elsewhere)
    said = shop.run("-e", "stage", "secrets", "init")
    assert (said.code, list(elsewhere.iterdir())) == (1, [])
    assert "lies outside" in said.err


def test_the_list_tells_each_environments_state_and_no_value(shop: World) -> None:
    filled(shop)
    said = shop.run("secrets", "--json")
    assert said.code == 1  # prod has none yet
    states = {(one["environment"], each["name"]): each["state"] for one in said.json() for each in one["secrets"]}
    assert states == {
        ("stage", "db"): "present",
        ("stage", "token"): "present",
        ("prod", "db"): "missing",
        ("prod", "token"): "missing",
    }
    assert not any(value in said.out for value in made(shop).values())
    assert filled(shop, "prod").run("secrets").code == 0


def test_up_is_refused_in_one_line_while_secrets_are_missing(shop: World) -> None:
    said = up(shop)
    assert said.code == 1
    first, second = said.err.splitlines()[:2]
    assert f"{shop.folder}/compose.yaml:13" in first and first.endswith("secrets/stage/db and token are not there")
    assert second.strip() == "`devbox -e stage secrets init` makes it"
    assert shop.engine.calls == []


def write_over(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)
    path.chmod(0o640)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("devpass", "secret db is the same as dev's DB_PASSWORD"),
        ("devpass\n", "secret db is the same as dev's DB_PASSWORD"),
        ("other", "secret db is the same as dev's DATABASE_URL"),
        ("changeme", "secret db is the same as the example's db"),
    ],
)
def test_up_refuses_a_secret_that_is_empty_or_known(shop: World, text: str, told: str) -> None:
    filled(shop)
    shop.write("changeme\n", "secrets/stage/db.example")
    write_over(shop.folder / "secrets/stage/db", text)
    said = up(shop)
    assert (said.code, shop.engine.calls) == (1, [])
    assert told in said.err
    assert f"{shop.folder}/compose.yaml:13" in said.err


def test_up_refuses_prod_with_the_secrets_of_stage(shop: World) -> None:
    filled(shop)
    shop.write("SECRETS=./secrets/stage\n", "prod.env")
    said = up(shop, "prod", "--yes-i-mean", "prod")
    assert (said.code, shop.engine.calls) == (1, [])
    assert "secret db is the same as stage's secret db" in said.err
    assert "`devbox -e prod secrets init --force db` makes another one" in said.err


def test_up_refuses_a_variable_with_devs_password(shop: World) -> None:
    filled(shop)
    shop.write(
        BASE.replace("    secrets: [db, token]", "    secrets: [db, token]\n    environment: {KEY_TOKEN: devpass}")
    )
    said = up(shop)
    assert (said.code, shop.engine.calls) == (1, [])
    assert "KEY_TOKEN is the same as dev's DB_PASSWORD" in said.err


def test_a_shells_variable_makes_no_two_environments_equal(shop: World) -> None:
    filled(shop)
    shop.environ["TOKEN"] = "of the shell"
    shop.write(DEV.replace("DB_PASSWORD: devpass", "TOKEN: ${TOKEN:-}"), "compose.dev.yaml")
    shop.write(
        BASE.replace("    secrets: [db, token]", "    secrets: [db, token]\n    environment: {TOKEN: '${TOKEN:-}'}")
    )
    assert up(shop).code == 0


def test_dev_may_have_what_others_have(shop: World) -> None:
    filled(shop)
    write_over(shop.folder / "secrets/stage/db", "devpass")
    assert up(shop, "dev").code == 0


def test_what_runs_already_is_not_refused(shop: World) -> None:
    assert up(filled(shop)).code == 0
    write_over(shop.folder / "secrets/stage/token", "devpass")
    shop.engine.calls.clear()
    assert shop.run("-e", "stage", "restart", "db").code == 0


def test_a_restart_with_a_missing_secret_is_refused_before_anything_stops(shop: World) -> None:
    assert up(filled(shop)).code == 0
    (shop.folder / "secrets/stage/db").unlink()
    shop.engine.calls.clear()
    said = shop.run("-e", "stage", "restart", "db")
    assert (said.code, shop.engine.calls) == (1, [])


@pytest.mark.parametrize(("environment", "code"), [("stage", 0), ("prod", 1)])
def test_a_secret_that_all_can_read_is_refused_where_it_is_protected(shop: World, environment: str, code: int) -> None:
    filled(shop, environment)
    folder = shop.folder / "secrets" / environment
    folder.chmod(0o755)
    (folder / "db").chmod(0o644)
    said = up(shop, environment, "--yes-i-mean", environment)
    assert (said.code, bool(shop.engine.calls)) == (code, code == 0)
    assert "can be read by everybody on this machine" in said.err


def test_a_far_engines_secrets_are_not_looked_for_here(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    info = shop.engine.info

    async def far() -> object:
        return replace(await info(), endpoint="ssh://prod.example")

    monkeypatch.setattr(shop.engine, "info", far)
    said = up(shop)
    assert said.code == 0
    assert "is not there" in said.err


def test_run_is_refused_too(shop: World) -> None:
    said = shop.run("-e", "stage", "run", "--rm", "--no-deps", "db", "true")
    assert (said.code, shop.engine.calls) == (1, [])
