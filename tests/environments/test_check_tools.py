"""`devbox check`: tools of development where releases run."""

from __future__ import annotations

import pytest

from tests.environments.checked import checked, rules

TOOLS = {
    "a debugger in the command": ("web: {command: python -m debugpy --listen 5678 app.py}", "debugger"),
    "a debugger in the environment": ("web: {environment: {NODE_OPTIONS: '--inspect=0.0.0.0'}}", "debugger"),
    "debug on demand": ("web: {x-devbox: {debug: true}}", "debugger"),
    "a debugger's port": ("web: {ports: ['5678']}", "debugger"),
    "reload in the command": ("web: {command: uvicorn app --reload}", "reload"),
    "reload switched on": ("web: {environment: {RELOAD: 'true'}}", "reload"),
    "develop.watch": ("web: {develop: {watch: [{action: restart, path: ./src}]}}", "reload"),
    "source of its own build": ("web: {image: own, build: ./app, volumes: ['./app/src:/srv']}", "source-mount"),
    "a folder of source": ("web: {volumes: ['/code:/srv']}", "source-mount"),
    "a published database": (
        "web: {image: 'h.example/library/postgres:16', ports: ['5432']}",
        "published-database",
    ),
    "a published port of a database": ("web: {image: our/data, ports: ['6000:6379']}", "published-database"),
    "a target of development": ("web: {image: own, build: {context: ., target: dev}}", "development-build"),
    "a tag of development": ("web: {image: 'shop:dev'}", "development-build"),
    "a tag of development with its digest": ("web: {image: 'shop:dev@sha256:%s'}" % ("0" * 64), "development-build"),
    "a mailbox": ("web: {image: 'axllent/mailpit:v1'}", "development-service"),
}


CODE = {"app/src/x.py": "", "/code/main.py": ""}


@pytest.mark.parametrize("environment", ["stage", "prod"])
@pytest.mark.parametrize(("service", "rule"), TOOLS.values(), ids=TOOLS)
def test_a_tool_of_development_is_found_where_releases_run(service: str, rule: str, environment: str) -> None:
    (finding,) = checked({f"{environment}.yml": f"services:\n  {service}\n", **CODE}).findings
    assert (finding.rule, str(finding.spots[0].place).split(":")[:2]) == (rule, [f"/shop/{environment}.yml", "2"])


@pytest.mark.parametrize("service", [service for service, _ in TOOLS.values()], ids=TOOLS)
def test_the_same_is_at_home_in_development(service: str) -> None:
    assert rules({"dev.yml": f"services:\n  {service}\n", **CODE}) == []


@pytest.mark.parametrize(
    ("said", "findings"),
    [
        ("qa: {files: [x.yml]}", 1),
        ("prod-eu: {files: [x.yml]}", 1),
        ("live: {files: [x.yml]}", 1),
        ("mine: {files: [x.yml]}", 0),
        ("mine: {files: [x.yml], protected: true}", 1),
        ("mine: {files: [x.yml], kind: staging}", 1),
        ("prod: {files: [x.yml], kind: development}", 0),
    ],
)
def test_what_an_environment_is_for_is_said_or_told_by_its_name(said: str, findings: int) -> None:
    files = {"devbox.yaml": f"environments:\n  {said}\n", "x.yml": "services: {web: {image: 'x:dev'}}\n"}
    assert len(rules(files)) == findings
