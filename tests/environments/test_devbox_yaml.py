"""devbox.yaml: where it is found, what it says, what is wrong in it."""

from __future__ import annotations

import pytest

from devbox.compose.request import LoadRequest
from devbox.environments.environment import Environment
from devbox.environments.request import request_for
from devbox.errors import LoadError
from tests.environments.tree import found, names

FILE = """
default: dev
environments:
  dev:
    description: for work
    files: [../docker/compose.yml, ../docker/compose.dev.yml]
    env_files: env/dev.env
    profiles: [tools]
    project: shop-dev
    project_directory: ..
  prod:
    files: [../docker/compose.yml]
    context: far
    protected: true
    rolling: true
"""
COMPOSE = dict.fromkeys(
    ("/shop/docker/compose.yml", "/shop/docker/compose.dev.yml", "/shop/config/env/dev.env"), "services: {}\n"
)


def problems(text: str, wanted: str = "") -> list[str]:
    with pytest.raises(LoadError) as caught:
        found({"/shop/devbox.yaml": text, "/shop/compose.yml": ""}, wanted=wanted)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("cwd", ["/shop", "/shop/config", "/shop/docker", "/shop/src/deep"])
def test_it_is_found_from_wherever_one_stands_in_the_repository(cwd: str) -> None:
    environments = found({"/shop/config/devbox.yaml": FILE, **COMPOSE}, cwd=cwd)
    assert names(environments) == ["dev", "prod"]
    assert environments.file == "/shop/config/devbox.yaml"


def test_paths_are_relative_to_the_file() -> None:
    dev = found({"/shop/config/devbox.yaml": FILE, **COMPOSE}).current
    assert dev.files == ("/shop/docker/compose.yml", "/shop/docker/compose.dev.yml")
    assert dev.env_files == ("/shop/config/env/dev.env",)
    assert dev.project_directory == "/shop"


def test_a_file_may_lie_elsewhere() -> None:
    address = "https://host/team/stack.git#v1"
    text = f"environments: {{dev: {{files: ['{address}', over.yml]}}, prod: {{files: ['{address}']}}}}"
    environments = found({"/shop/devbox.yaml": text, "/shop/over.yml": ""})
    assert environments.current.files == (address, "/shop/over.yml")
    assert [one.project for one in environments.all] == ["shop-dev", "shop-prod"]


def test_what_an_environment_leaves_out_has_its_default() -> None:
    prod = found({"/shop/config/devbox.yaml": FILE, **COMPOSE}, wanted="prod").current
    assert (prod.project, prod.context, prod.protected, prod.rolling) == ("docker-prod", "far", True, True)
    assert (prod.profiles, prod.env_files, prod.project_directory) == ((), (), "")


def test_a_single_environment_leaves_the_projects_name_to_its_files() -> None:
    assert (
        found({"/shop/devbox.yaml": "environments: {dev: {files: [c.yml]}}", "/shop/c.yml": ""}).current.project == ""
    )


def test_the_first_is_the_default_where_none_is_named() -> None:
    text = "environments:\n  b: {files: [c.yml]}\n  a: {files: [c.yml]}\n"
    assert found({"/shop/devbox.yaml": text, "/shop/c.yml": ""}).current.name == "b"


def test_a_stack_below_that_it_does_not_mention_is_opened_instead() -> None:
    files = {"/shop/config/devbox.yaml": FILE, **COMPOSE, "/shop/examples/compose.yaml": ""}
    assert found(files, cwd="/shop/examples").file == ""
    assert found(files, cwd="/shop/examples", wanted="prod").current.name == "prod"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "environments:\n  dev:\n    file: [compose.yml]\n",
            "/shop/devbox.yaml:3:5: environments.dev.file: there is no key file here (did you mean files?)",
        ),
        (
            "enviroments: {}\nenvironments: {dev: {}}\n",
            "/shop/devbox.yaml:1:1: enviroments: there is no key enviroments here (did you mean environments?)",
        ),
        (
            "default: stge\nenvironments: {stage: {}}\n",
            "/shop/devbox.yaml:1:10: default: there is no environment stge (did you mean stage?)",
        ),
        (
            "environments:\n  dev:\n    protected: yes\n",
            "/shop/devbox.yaml:3:16: environments.dev.protected: protected is true or false",
        ),
        (
            "environments:\n  dev:\n    profiles: {a: b}\n",
            "/shop/devbox.yaml:3:5: environments.dev.profiles: profiles is a list of texts",
        ),
        (
            "environments:\n  dev:\n    project: My Shop\n",
            '/shop/devbox.yaml:3:14: environments.dev.project: "My Shop" cannot name a project '
            "(use lowercase letters, digits, - and _, such as myshop)",
        ),
        (
            "environments:\n  dev:\n    kind: prod\n",
            "/shop/devbox.yaml:3:11: environments.dev.kind: prod is no kind of environment "
            "(write development, staging, production)",
        ),
        (
            "environments: {dev: {}}\ncheck:\n  ignore: [{rule: shared-volumes, subjects: [data], reason: so}]\n",
            "/shop/devbox.yaml:3:19: check.ignore[0].rule: there is no rule shared-volumes "
            "(did you mean shared-volume?)",
        ),
        (
            "environments: {dev: {}}\ncheck:\n  ignore: [{rule: shared-volume, subjects: [data]}]\n",
            "/shop/devbox.yaml:3:12: check.ignore[0]: shared-volume is ignored without a reason "
            "(say in `reason` why it may be so)",
        ),
        (
            "environments:\n  dev: {}\n  dev: {}\n",
            '/shop/devbox.yaml:3:3: the key "dev" is already set in line 2 (keep one of the two)',
        ),
    ],
)
def test_a_fault_is_reported_with_its_place_and_what_to_do(text: str, expected: str) -> None:
    assert expected in problems(text)


def test_all_faults_are_reported_at_once() -> None:
    assert len(problems("default: 7\nenvironments:\n  dev: {files: 3, colour: red}\n")) == 3


def test_a_file_that_is_not_there_is_reported_with_the_nearest() -> None:
    (problem,) = problems("environments:\n  dev:\n    files: [compose.yaml]\n")
    assert problem == (
        "/shop/devbox.yaml:2:3: environments.dev.files: /shop/compose.yaml is not there (did you mean compose.yml?)"
    )


def test_a_missing_file_of_another_environment_is_no_obstacle() -> None:
    text = "environments:\n  dev: {files: [c.yml]}\n  prod: {files: [p.yml]}\n"
    assert found({"/shop/devbox.yaml": text, "/shop/c.yml": ""}).current.name == "dev"


def test_two_environments_of_one_project_are_reported() -> None:
    text = "environments:\n  a: {files: [c.yml], project: x}\n  b: {files: [c.yml], project: x}\n"
    (problem,) = found({"/shop/devbox.yaml": text, "/shop/c.yml": ""}).problems
    assert "b and a are both the project x" in str(problem)


def test_the_command_line_wins_over_the_environment() -> None:
    environment = Environment(name="dev", files=("/a.yml",), project="p", profiles=("x",), env_files=("/e",))
    request = LoadRequest(cwd="/shop", environ={}, project_name="mine", profiles=("y",))
    chosen = request_for(environment, request)
    assert (chosen.files, chosen.project_name, chosen.profiles) == (("/a.yml",), "mine", ("y",))
    assert chosen.env_files == ("/e",)
