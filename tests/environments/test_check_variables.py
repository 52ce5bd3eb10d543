"""`devbox check`: variables that are missing, unused or uneven."""

from __future__ import annotations

import pytest

from tests.environments.checked import DEFAULTED, SET, USES, checked, rules

VARIABLES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "used and set": ({"base.yml": USES, **SET}, []),
    "set nowhere": ({"base.yml": USES, **SET, "stage.env": ""}, [("missing-variable", "NAME")]),
    "a default suffices": ({"base.yml": DEFAULTED}, []),
    "used by no file": ({"dev.env": "NAME=x\n"}, [("unused-variable", "NAME")]),
    "used inside of a default": ({"base.yml": USES.replace("$NAME", "${B:-${NAME}}"), **SET}, []),
    "used by another line of the env file": (
        {"dev.yml": USES.replace("$NAME", "$B"), "dev.env": "NAME=x\nB=$NAME/y\n"},
        [],
    ),
    "handed on by its name": (
        {"dev.yml": "services: {web: {environment: [NAME]}}\n", "dev.env": "NAME=x\n"},
        [],
    ),
    "handed on by an empty value": (
        {"dev.yml": "services: {web: {environment: {NAME: }}}\n", "dev.env": "NAME=x\n"},
        [],
    ),
    "for Compose itself": ({"dev.env": "COMPOSE_PROFILES=x\n"}, []),
    "in a file that a service takes whole": (
        {"dev.yml": "services: {web: {env_file: dev.env}}\n", "dev.env": "NAME=x\n"},
        [],
    ),
    "in a file that is included": (
        {"dev.yml": "include: [more.yml]\n", "more.yml": USES.replace("web", "other"), "dev.env": "NAME=x\n"},
        [],
    ),
    "in one environment only": (
        {"base.yml": DEFAULTED, **SET, "prod.env": ""},
        [("uneven-variable", "NAME")],
    ),
    "where a later file replaces its use": (
        {"base.yml": DEFAULTED, **SET, "prod.env": "", "prod.yml": DEFAULTED.replace("${NAME:-x}", "y")},
        [],
    ),
}


@pytest.mark.parametrize(("files", "expected"), VARIABLES.values(), ids=VARIABLES)
def test_variables(files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert rules(files) == expected


def test_the_name_that_may_be_meant_is_told() -> None:
    (finding,) = checked({"base.yml": DEFAULTED.replace("NAME", "SMTP_HOST"), "dev.env": "SMTP_HOTS=x\n"}).findings
    assert finding.message.endswith("; is SMTP_HOST meant?")


def test_a_variable_of_the_shell_is_not_missing() -> None:
    assert rules({"base.yml": USES}, environ={"NAME": "x"}) == []


def test_what_a_file_requires_may_come_from_the_shell() -> None:
    assert rules({"base.yml": USES.replace("$NAME", "${NAME:?}")}, environ={"NAME": "x"}) == []


def test_a_variable_of_the_shell_does_not_make_environments_equal() -> None:
    port = "services: {web: {ports: ['${PORT}:80']}}\n"
    files = {"dev.yml": port, "stage.yml": port, "dev.env": "PORT=8000\n", "stage.env": "PORT=8001\n"}
    assert rules(files, environ={"PORT": "9000"}) == []


def test_a_required_variable_that_is_missing_is_told_and_the_other_environments_are_checked() -> None:
    files = {
        "base.yml": USES.replace("$NAME", "${NAME:?}"),
        **SET,
        "prod.env": "",
        "stage.yml": "services: {web: {image: 'x:dev'}}\n",
    }
    assert rules(files) == [("does-not-load", "prod"), ("development-build", "web")]
