"""`devbox config` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

import pytest

from devbox.main import main

FILE = """\
name: demo
services:
  web: {image: nginx, depends_on: [api], volumes: ["data:/d"]}
  api: {build: ., environment: {PRICE: 5$$}}
  tool: {image: busybox, profiles: [tools]}
volumes: {data: }
"""


class Config(Protocol):
    """Runs the verb."""

    def __call__(self, *words: str) -> tuple[int, str, str]: ...


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Config:
    """Run `devbox config` beside FILE: exit code, stdout, stderr."""
    (tmp_path / "compose.yaml").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["config", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_lists(config: Config) -> None:
    assert config("--services") == (0, "web\napi\n", "")
    assert config("--images") == (0, "nginx\ndemo-api\n", "")
    assert config("--volumes") == (0, "data\n", "")
    assert config("--networks") == (0, "default\n", "")
    assert config("--profiles") == (0, "tools\n", "")
    assert config("-q") == (0, "", "")


def test_json_doubles_dollar_signs(config: Config) -> None:
    code, out, _ = config("--format", "json")
    assert code == 0
    assert json.loads(out)["services"]["api"]["environment"] == {"PRICE": "5$$"}


def test_hashes(config: Config) -> None:
    _, every, _ = config("--hash", "*")
    assert [line.split()[0] for line in every.splitlines()] == ["api", "web"]
    assert config("--hash", "web")[1] == every.splitlines(keepends=True)[1]


def test_named_services_bring_their_dependencies_and_profiles(config: Config) -> None:
    assert config("--services", "web")[1] == "web\napi\n"
    assert config("--services", "tool")[1] == "tool\n"


def test_output_goes_to_a_file(config: Config, tmp_path: Path) -> None:
    assert config("-o", "out.yaml") == (0, "", "")
    assert (tmp_path / "out.yaml").read_text().startswith("name: demo\nservices:\n  api:\n")


def test_environment(config: Config) -> None:
    assert "COMPOSE_PROJECT_NAME=demo\n" in config("--environment")[1]


def test_faults_go_to_stderr_with_their_places(config: Config, tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    imge: x\n")
    code, out, err = config()
    assert (code, out) == (1, "")
    assert 'compose.yaml:3:5: services.web.imge: the key "imge" is not known here (did you mean "image"?)' in err
