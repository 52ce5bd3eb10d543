"""Environments from the names of files."""

from __future__ import annotations

import pytest

from devbox.compose.request import LoadRequest
from devbox.environments.discover import find
from devbox.environments.request import request_for
from devbox.errors import UsageError
from tests.environments.tree import Tree, found, names


def test_one_compose_file_is_simply_opened_by_composes_own_rules() -> None:
    environments = found(["/shop/compose.yaml"])
    assert names(environments) == ["default"]
    assert (environments.current.files, environments.current.project) == ((), "")


def test_no_compose_file_leaves_it_to_the_load_to_say_so() -> None:
    assert found(["/shop/README.md"]).current.files == ()


@pytest.mark.parametrize(
    ("file", "environment"),
    [
        ("docker-compose.dev.yml", "dev"),
        ("compose.dev.yaml", "dev"),
        ("docker-compose-stage.yml", "stage"),
        ("compose.eu-west.yaml", "eu-west"),
    ],
)
def test_a_file_name_names_an_environment_on_top_of_the_base(file: str, environment: str) -> None:
    environments = found(["/shop/docker-compose.yml", f"/shop/{file}"], wanted=environment)
    assert environments.current.files == ("/shop/docker-compose.yml", f"/shop/{file}")


def test_each_of_several_environments_is_a_project_of_its_own() -> None:
    environments = found(["/shop/compose.yaml", "/shop/compose.dev.yaml", "/shop/compose.stage.yaml"])
    assert [environment.project for environment in environments.all] == ["shop-dev", "shop-stage"]
    assert environments.current.name == "dev"


def test_the_name_in_the_files_is_the_stem_of_the_projects_names() -> None:
    base = 'name: "The Shop" # ours\nservices: {}\n'
    environments = found({"/x/compose.yaml": base, "/x/compose.dev.yaml": "", "/x/compose.qa.yaml": ""}, cwd="/x")
    assert [environment.project for environment in environments.all] == ["theshop-dev", "theshop-qa"]


@pytest.mark.parametrize(
    ("more", "environ", "project"),
    [
        ({}, {}, "shop"),
        ({"/shop/compose.override.yaml": "name: ours"}, {}, "ours"),
        ({"/shop/.env": "COMPOSE_PROJECT_NAME='mine'"}, {}, "mine"),
        ({"/shop/.env": "COMPOSE_PROJECT_NAME=mine"}, {"COMPOSE_PROJECT_NAME": "shells"}, "shells"),
    ],
)
def test_the_default_is_the_project_that_compose_itself_would_open(
    more: dict[str, str], environ: dict[str, str], project: str
) -> None:
    environments = found({"/shop/compose.yaml": "", "/shop/compose.stage.yaml": "", **more}, environ=environ)
    assert environments.current.name == "default"
    assert environments.current.project == project


def test_the_base_with_its_override_is_an_environment_beside_others() -> None:
    environments = found(["/shop/compose.yaml", "/shop/compose.override.yaml", "/shop/compose.dev.yaml"])
    assert names(environments) == ["default", "dev"]
    assert environments.current.name == "default"
    assert environments.current.files == ()


def test_the_base_alone_is_an_environment_where_none_is_for_development() -> None:
    assert names(found(["/shop/compose.yaml", "/shop/compose.prod.yaml"])) == ["default", "prod"]


def test_an_overlay_without_a_base_stands_alone() -> None:
    assert found(["/shop/compose.dev.yaml"]).current.files == ("/shop/compose.dev.yaml",)


def test_files_are_looked_for_upwards() -> None:
    environments = found(["/shop/compose.yaml", "/shop/compose.dev.yaml", "/shop/src/deep/x.py"], cwd="/shop/src/deep")
    assert environments.current.files == ("/shop/compose.yaml", "/shop/compose.dev.yaml")


def test_the_docker_folder_of_a_repository_counts_from_below_too() -> None:
    files = ["/shop/.git/HEAD", "/shop/docker/compose.yaml", "/shop/docker/compose.stage.yaml", "/shop/src/x.py"]
    environments = found(files, cwd="/shop/src")
    assert names(environments) == ["default", "stage"]
    assert environments.current.files == ("/shop/docker/compose.yaml",)
    assert environments.current.project == "shop"


def test_a_docker_folder_above_the_repository_is_none_of_ours() -> None:
    assert found(["/docker/compose.yaml", "/shop/.git/HEAD"]).current.files == ()


def test_files_chosen_by_hand_win() -> None:
    tree = Tree({"/shop/devbox.yaml": "environments: {dev: {files: [a.yml]}}", "/shop/a.yml": ""})
    request = LoadRequest(cwd="/shop", environ={}, files=("b.yml",))
    environments = find(request, tree)
    assert names(environments) == ["custom"]
    assert request_for(environments.current, request).files == ("b.yml",)


def test_compose_file_of_the_shell_wins_but_for_a_named_environment() -> None:
    files = ["/shop/compose.yaml", "/shop/compose.dev.yaml"]
    assert names(found(files, environ={"COMPOSE_FILE": "x.yml"})) == ["custom"]
    assert found(files, environ={"COMPOSE_FILE": "x.yml"}, wanted="dev").current.name == "dev"


def test_compose_file_in_dotenv_leaves_the_choice_to_compose() -> None:
    environments = found({"/shop/compose.yaml": "", "/shop/compose.dev.yaml": "", "/shop/.env": "COMPOSE_FILE=x.yml\n"})
    assert names(environments) == ["default"]


def test_an_unknown_environment_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        found(["/shop/compose.yaml", "/shop/compose.stage.yaml"], wanted="stge")
    assert caught.value.hint == "Did you mean stage?"
