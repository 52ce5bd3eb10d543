"""`devbox secrets`: what is missing is made for its readers alone, and what is wrong with them is told."""

from __future__ import annotations

import os
import stat

import pytest

from devbox.adapters.secret_files import LocalSecretFiles
from tests.cli.shop import BASE, filled, made, up
from tests.cli.world import World


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


def test_a_secret_that_is_none_on_purpose_is_left_alone(shop: World) -> None:
    shop.write(BASE.replace("${SECRETS}/token", "/dev/null"))
    said = shop.run("-e", "stage", "secrets", "init", "--json")
    assert [one["name"] for one in said.json()] == ["db"]
    [stage] = shop.run("-e", "stage", "secrets", "--json").json()
    assert [one["state"] for one in stage["secrets"]] == ["present", "none, on purpose"]
    assert up(shop).code == 0


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


def test_there_root_gives_a_file_to_its_only_reader(shop: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    given: list[int] = []
    monkeypatch.setattr(os, "setxattr", refuse)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, uid, gid: given.append(uid))
    shop.write(BASE.replace("secrets: [db, token]", "secrets: [token]").replace("    secrets: [db]\n", ""))
    assert shop.run("-e", "stage", "secrets", "init").code == 0
    assert given == [10001]


def test_a_reader_without_a_number_is_told(shop: World) -> None:
    shop.write(BASE.replace('user: "10001:10001"', "user: app"))
    said = shop.run("-e", "stage", "secrets", "init")
    assert said.code == 0
    assert "db: api: without a number in `user:` nobody knows who reads it there" in said.err


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


def test_the_list_tells_what_is_known_elsewhere(shop: World) -> None:
    filled(shop)
    for name in ("db", "token"):
        (shop.folder / "secrets/stage" / name).write_text("devpass")
    said = shop.run("-e", "stage", "secrets", "--json")
    assert said.code == 1
    [stage] = said.json()
    assert [one["state"] for one in stage["secrets"]] == ["known elsewhere", "known elsewhere"]
    [finding] = stage["findings"]
    assert finding["message"] == "secret db and secret token are the same as dev's DB_PASSWORD"
    assert "devpass" not in said.out


def test_an_environment_that_does_not_load_is_told_beside_the_others(shop: World) -> None:
    filled(shop)
    shop.write("SECRETS=./secrets/prod\nWRONG LINE\n", "prod.env")
    said = shop.run("secrets", "--json")
    assert said.code == 1
    assert [(one["environment"], bool(one["errors"])) for one in said.json()] == [
        ("dev", False),
        ("stage", False),
        ("prod", True),
    ]
