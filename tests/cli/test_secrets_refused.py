"""`up` and its like refuse an environment whose secrets are missing, empty, open to others or known elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.shop import BASE, DEV, YAML, filled, up
from tests.cli.world import World


def test_up_is_refused_in_one_line_while_secrets_are_missing(shop: World) -> None:
    said = up(shop)
    assert said.code == 1
    first, second = said.err.splitlines()[:2]
    assert f"{shop.folder}/compose.yaml:13" in first and first.endswith("secrets/stage/db and token are not there")
    assert second.strip() == "`devbox -e stage secrets init` makes what is missing"
    assert said.err.splitlines()[2:] == ["Nothing was changed."]
    assert shop.engine.calls == []


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
    (shop.folder / "secrets/stage/db").write_text(text)
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


def test_up_refuses_what_stands_in_the_example_of_an_env_file(shop: World) -> None:
    filled(shop)
    shop.write("API_TOKEN=changeit\n", "stage.env.example")
    shop.write("SECRETS=./secrets/stage\nAPI_TOKEN=changeit\n", "stage.env")
    shop.write(BASE.replace("[db, token]", "[db, token]\n    environment: {API_TOKEN: '${API_TOKEN:-}'}"))
    said = up(shop)
    assert (said.code, shop.engine.calls) == (1, [])
    assert "API_TOKEN is the same as the example's API_TOKEN" in said.err
    assert "give API_TOKEN another value in this environment's env file" in said.err


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
    (shop.folder / "secrets/stage/db").write_text("devpass")
    assert up(shop, "dev").code == 0


def test_what_runs_already_is_not_refused(shop: World) -> None:
    assert up(filled(shop)).code == 0
    (shop.folder / "secrets/stage/token").write_text("devpass")
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


def test_up_takes_a_secret_that_devbox_yaml_says_is_shared(shop: World) -> None:
    exception = "check:\n  ignore:\n    - {rule: shared-secret, subjects: [db], reason: one database for both}\n"
    shop.write(YAML + exception, "devbox.yaml")
    (filled(shop).folder / "secrets/stage/db").write_text("devpass")
    assert up(shop).code == 0
