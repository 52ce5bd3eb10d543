"""Where the variables in a value come from; secrets are masked in the value and in all that made it."""

from __future__ import annotations

import pytest

from tests.compose.explaining import HOME, told

VARIABLE = "services: {a: {image: '${IMAGE:-plain}'}}"

VARIABLES: dict[str, tuple[dict[str, str], dict[str, object], list[str]]] = {
    "the shell over .env over the default": (
        {"compose.yaml": VARIABLE, ".env": "\nIMAGE=from-env"},
        {"environ": {**HOME, "IMAGE": "from-shell"}},
        [
            "from-shell",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE = from-shell, from the shell",
            "  instead of from-env, .env:2",
            "  instead of plain, the default in the text",
        ],
    ),
    ".env over the default": (
        {"compose.yaml": VARIABLE, ".env": "IMAGE=from-env"},
        {},
        [
            "from-env",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE = from-env, from .env:1",
            "  instead of plain, the default in the text",
        ],
    ),
    "the default": (
        {"compose.yaml": VARIABLE},
        {},
        [
            "plain",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE is not set; plain stands in its place, the default",
        ],
    ),
    "a later --env-file over an earlier one": (
        {"compose.yaml": VARIABLE, "one.env": "IMAGE=one", "two.env": "# two\nIMAGE=two", ".env": "IMAGE=unread"},
        {"env_files": ("one.env", "two.env")},
        [
            "two",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            "IMAGE = two, from two.env:2",
            "  instead of one, one.env:1",
            "  instead of plain, the default in the text",
        ],
    ),
    "an empty variable": (
        {"compose.yaml": VARIABLE, ".env": "IMAGE=from-env"},
        {"environ": {**HOME, "IMAGE": ""}},
        [
            "plain",
            "set at compose.yaml:1:23",
            "written as ${IMAGE:-plain}",
            'IMAGE = "", from the shell; plain stands in its place, the default',
            "  instead of from-env, .env:1",
        ],
    ),
    "nested defaults": (
        {"compose.yaml": "services: {a: {image: '${A:-${B:-${C}}}'}}", ".env": "C=last"},
        {},
        [
            "last",
            "set at compose.yaml:1:23",
            "written as ${A:-${B:-${C}}}",
            "A is not set; ${B:-${C}} stands in its place, the default",
            "B is not set; ${C} stands in its place, the default",
            "C = last, from .env:1",
        ],
    ),
    "a variable made of others": (
        {"compose.yaml": "services: {a: {image: '${IMAGE}'}}", ".env": "NAME=base\nIMAGE=$NAME:${TAG-1}\nNAME=late"},
        {"environ": {**HOME, "TAG": "7"}},
        [
            "base:7",
            "set at compose.yaml:1:23",
            "written as ${IMAGE}",
            "IMAGE = base:7, from .env:2",
            "  written as $NAME:${TAG-1}",
            "  NAME = base, from .env:1",
            "  TAG = 7, from the shell",
            "    instead of 1, the default in the text",
        ],
    ),
    "a line in single quotes is literal": (
        {"compose.yaml": "services: {a: {image: '${IMAGE}'}}", ".env": "IMAGE='$NAME'"},
        {},
        ["$NAME", "set at compose.yaml:1:23", "written as ${IMAGE}", "IMAGE = $NAME, from .env:1"],
    ),
    "an included project's own .env": (
        {
            "compose.yaml": "include: [sub/compose.yaml]\nservices: {}",
            "sub/compose.yaml": "services: {a: {image: '${ONE}:${TWO}'}}",
            "sub/.env": "ONE=inner\nTWO=inner",
            ".env": "TWO=outer",
        },
        {},
        [
            "inner:outer",
            "set at sub/compose.yaml:1:23",
            "written as ${ONE}:${TWO}",
            "ONE = inner, from sub/.env:1",
            "TWO = outer, from .env:1",
            "  instead of inner, sub/.env:2",
        ],
    ),
    "the value for a variable that is set": (
        {"compose.yaml": "services: {a: {image: 'x${A:+-debug}'}}"},
        {"environ": {**HOME, "A": "1"}},
        [
            "x-debug",
            "set at compose.yaml:1:23",
            "written as x${A:+-debug}",
            "A = 1, from the shell; -debug stands in its place",
        ],
    ),
}


@pytest.mark.parametrize("case", VARIABLES)
def test_variables(case: str) -> None:
    files, request, expected = VARIABLES[case]
    assert told(files, "services.a.image", **request) == expected


SECRETS: dict[str, tuple[str, str, list[str]]] = {
    "a secret name": (
        "services: {a: {image: x, environment: {API_TOKEN: '${API_TOKEN:-d3fault}'}}}",
        "services.a.environment.API_TOKEN",
        ["••••••", "set at compose.yaml:1:51", "written as ${API_TOKEN:-••••••}", "API_TOKEN = ••••••, from .env:1"],
    ),
    "the password of a URL, from a variable of another name": (
        "services: {a: {image: x, environment: {URL: 'pg://${U:-me}:${PW:-d3fault}@db/${API_TOKEN}'}}}",
        "services.a.environment.URL",
        [
            "pg://me:••••••@db/••••••",
            "set at compose.yaml:1:45",
            "written as pg://${U:-me}:${PW:-••••••}@db/${API_TOKEN}",
            "U is not set; me stands in its place, the default",
            "PW = ••••••, from .env:2",
        ],
    ),
    "a secret in a default that is not taken": (
        "services: {a: {image: x, command: ['${HOME:-${A_TOKEN:-d3fault}}']}}",
        "services.a.command.0",
        [
            "/home/me",
            "set at compose.yaml:1:36",
            "written as ${HOME:-${A_TOKEN:-••••••}}",
            "HOME = /home/me, from the shell",
            "  instead of ${A_TOKEN:-••••••}, the default in the text",
        ],
    ),
    "a default that is not taken and could not be": (
        "services: {a: {image: x, command: ['${HOME:-${1}}']}}",
        "services.a.command.0",
        ["/home/me", "set at compose.yaml:1:36", "written as ${HOME:-${1}}"],
    ),
    "a secret among other words": (
        "services: {a: {image: x, command: ['--with=${API_TOKEN}']}}",
        "services.a.command.0",
        ["--with=••••••", "set at compose.yaml:1:36", "written as --with=${API_TOKEN}"],
    ),
}


@pytest.mark.parametrize("case", SECRETS)
def test_secrets_are_masked_in_the_value_and_all_that_made_it(case: str) -> None:
    text, path, expected = SECRETS[case]
    files = {"compose.yaml": text, ".env": "API_TOKEN=t0psecret\nPW=hunter22"}
    lines = told(files, path, veil=True)
    assert lines[: len(expected)] == expected
    assert not any(secret in line for line in lines for secret in ("t0psecret", "hunter22", "d3fault"))
