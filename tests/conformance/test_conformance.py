"""Our loader against stored answers of `docker compose config` 2.40.3.

A case is a folder: its files, `case.json` (arguments, environment, working folder), and what Compose answered:
`expected.json`, or `expected_error.txt` where it refused, and `expected_hashes.json` for services whose hash depends
on no path. <DIR> stands for the case's folder, <PARENT> for the one above.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from devbox.adapters.files import LocalFiles
from devbox.compose.load import load, load_explained
from devbox.compose.model import Project
from devbox.compose.output import render
from devbox.compose.provenance import Explainer
from devbox.compose.request import LoadRequest
from devbox.compose.route import find, leaves, spell
from devbox.errors import LoadError

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.parent.name for path in CASES.glob("*/case.json"))
_OPTIONS = {
    "-f": "files",
    "-p": "project_name",
    "--profile": "profiles",
    "--env-file": "env_files",
    "--project-directory": "project_directory",
}


def request_of(folder: Path) -> LoadRequest:
    case = json.loads((folder / "case.json").read_text())
    words = [word.replace("<DIR>", str(folder)) for word in case["args"]]
    given: dict[str, Any] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        field = _OPTIONS[option]
        given[field] = value if field.startswith("project") else (*given.get(field, ()), value)
    environ = {"HOME": "/home/someone"} | {k: v.replace("<DIR>", str(folder)) for k, v in case["env"].items()}
    stdin = (folder / case["stdin"]).read_bytes() if case.get("stdin") else None
    cwd = os.path.normpath(folder / case.get("cwd", "."))
    return LoadRequest(cwd=cwd, environ=environ, stdin=stdin, **given)


def _anonymous(value: Any, folder: Path) -> Any:
    text = json.dumps(value)
    for path, token in ((str(folder), "<DIR>"), (str(folder.parent), "<PARENT>")):
        text = re.sub(re.escape(path) + r"(?![A-Za-z0-9_.-])", token, text)
    return json.loads(text)


def _load(name: str) -> Project:
    return load(request_of(CASES / name), LocalFiles())


@pytest.mark.parametrize("name", [name for name in NAMES if (CASES / name / "expected.json").exists()])
def test_the_canonical_model_is_composes(name: str) -> None:
    project = _load(name)
    wanted = json.loads((CASES / name / "expected.json").read_text())
    found = _anonymous(json.loads(render(project, "json")), CASES / name)
    if "models" not in wanted:
        found.pop("models", None)  # Compose leaves them out of its JSON, but not out of its YAML
    assert found == wanted


@pytest.mark.parametrize("name", [name for name in NAMES if (CASES / name / "expected_error.txt").exists()])
def test_what_compose_refuses_is_refused(name: str) -> None:
    with pytest.raises(LoadError) as caught:
        _load(name)
    assert all(problem.message for problem in caught.value.problems)


@pytest.mark.parametrize("name", [name for name in NAMES if (CASES / name / "expected_hashes.json").exists()])
def test_the_hashes_are_composes(name: str) -> None:
    wanted = json.loads((CASES / name / "expected_hashes.json").read_text())
    hashes = _load(name).hashes
    assert {service: hashes[service] for service in wanted} == wanted


_ONE_WAY = {
    "interp-blank-values",  # a blank dockerfile is not printed, and one that is not given has the default name
    "interp-keys-untouched",  # a dollar sign in a key is printed doubled and never halved again
    "profiles-optional-dependency",  # the service left out by its profile is still named by the dependent
}


@pytest.mark.parametrize(
    "name", [name for name in NAMES if (CASES / name / "expected.json").exists() and name not in _ONE_WAY]
)
def test_the_yaml_loads_again_as_the_same_model(name: str, tmp_path: Path) -> None:
    project = _load(name)
    (tmp_path / "compose.yaml").write_text(render(project))
    environ = {key: value for key, value in project.environment.items() if not key.startswith("COMPOSE_")}
    again = load(LoadRequest(cwd=str(tmp_path), environ=environ, profiles=("*",)), LocalFiles())
    assert again.tree["services"] == project.tree["services"]


@pytest.mark.parametrize("name", [name for name in NAMES if (CASES / name / "expected.json").exists()])
def test_every_value_has_a_place_or_is_known_to_be_added(name: str) -> None:
    explainer = Explainer(load_explained(request_of(CASES / name), LocalFiles()))
    paths = list(leaves(explainer.tree, ()))
    found = [explainer.explain(path) for path in paths]
    assert [spell(one.path) for one in found if not one.added and not (one.place and one.place.line)] == []
    assert [find(explainer.tree, spell(path)) for path in paths] == paths
