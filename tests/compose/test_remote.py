"""Compose files that lie elsewhere: what their addresses mean, and how they are loaded once they are here."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.compose.load import load_explained
from devbox.compose.model import Project
from devbox.compose.provenance import Explainer
from devbox.compose.remote import Artifact, Fetched, GitFile, Malformed, Remote, is_remote, parse
from tests.compose.files import faults, load_files, memory

REPOSITORY = "https://host/team/stack.git"
TOP = f"{REPOSITORY}#v1"
SUB = f"{REPOSITORY}#v1:sub"
PUBLISHED = "oci://host:5000/team/stack:v1"
REMOTE = {
    TOP: Fetched(root="/cache/c1", file="/cache/c1/compose.yaml"),
    SUB: Fetched(root="/cache/c1", file="/cache/c1/sub/compose.yaml"),
    PUBLISHED: Fetched(root="/cache/d1", file="/cache/d1/compose.yaml"),
}
FILES = {
    "/cache/c1/compose.yaml": 'services: {web: {image: "web:${TAG:-1}", volumes: ["./data:/d"], env_file: web.env}}',
    "/cache/c1/web.env": "A=1\n",
    "/cache/c1/.env": "TAG=theirs\n",
    "/cache/c1/sub/compose.yaml": 'services: {sub: {image: sub, volumes: ["./x:/x"]}}',
    "/cache/d1/compose.yaml": "services: {pub: {image: pub}}",
}


def loaded(files: dict[str, str], /, **request: Any) -> Project:
    return load_files({**FILES, **files}, remote=REMOTE, **request)


def sources(project: Project, service: str) -> list[str]:
    return [mount.source for mount in project.services[service].volumes]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (REPOSITORY, GitFile(repository=REPOSITORY)),
        (TOP, GitFile(repository=REPOSITORY, ref="v1")),
        (f"{REPOSITORY}#:a/b.yaml", GitFile(repository=REPOSITORY, path="a/b.yaml")),
        (f"{REPOSITORY}?branch=main&subdir=a", GitFile(repository=REPOSITORY, ref="refs/heads/main", path="a")),
        ("ssh://git@host:22/a.git#v1:b", GitFile(repository="ssh://git@host:22/a.git", ref="v1", path="b")),
        ("git@host:team/a#v1:b", GitFile(repository="git@host:team/a", ref="v1", path="b")),
        ("git://host/a", GitFile(repository="git://host/a")),
        ("github.com/team/a#v1", GitFile(repository="https://github.com/team/a.git", ref="v1")),
        ("oci://acme/stack", Artifact(host="", repository="acme/stack", reference="latest")),
        ("oci://stack:2", Artifact(host="", repository="stack", reference="2")),
        ("oci://localhost/a", Artifact(host="localhost", repository="a", reference="latest")),
        ("oci://h:50/a/b:v1", Artifact(host="h:50", repository="a/b", reference="v1")),
        ("oci://h.x/a@sha256:00", Artifact(host="h.x", repository="a", reference="sha256:00")),
    ],
)
def test_an_address_is_understood(text: str, meant: Remote) -> None:
    assert is_remote(text)
    assert parse(text) == meant


@pytest.mark.parametrize("text", ["compose.yaml", "./a@b:c", "../x.git", "/srv/a@b:c", "git/compose.yaml", "C:\\x"])
def test_a_path_of_this_machine_is_none(text: str) -> None:
    assert not is_remote(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://host/team/stack", "ends in .git"),
        ("file:///srv/stack.git", "such an address is not known"),
        (f"{REPOSITORY}#v1:../x", "leads out of the repository"),
        (f"{REPOSITORY}#v1:/etc", "leads out of the repository"),
        (f"{REPOSITORY}?depth=1", '"depth" is not known'),
        ("oci://host/Upper", "in lower case"),
        ("oci://ho st.x/a", "no spaces"),
        ("oci://host:port/a", "no name of a registry"),
        ("https://host/\0.git", "control characters"),
    ],
)
def test_an_address_that_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        parse(text)


@given(st.sampled_from(("oci://", "https://", "git@h:", "github.com/", "")), st.text(max_size=30))
def test_any_address_is_understood_or_refused(start: str, rest: str) -> None:
    with contextlib.suppress(Malformed):
        assert str(parse(start + rest)).isprintable()


def test_addresses_may_stand_in_the_variable_of_compose() -> None:
    environ = {"COMPOSE_FILE": f"{TOP}|over.yaml", "COMPOSE_PATH_SEPARATOR": "|"}
    project = loaded({"over.yaml": "services: {web: {image: mine}}"}, environ=environ)
    assert project.services["web"].image == "mine"


def test_a_password_in_an_address_is_not_shown() -> None:
    assert "hunter2" not in str(parse("https://me:hunter2@host/a.git#v1"))


def test_relative_paths_of_a_remote_file_start_beside_it() -> None:
    project = loaded({}, files=(TOP,))
    assert sources(project, "web") == ["/cache/c1/data"]
    assert project.services["web"].environment == {"A": "1"}
    assert project.working_dir == "/cache/c1"
    assert project.files == ("/cache/c1/compose.yaml",)


def test_the_project_is_named_by_the_folder_one_is_in() -> None:
    assert loaded({}, files=(SUB,)).name == "app"


def test_a_remote_file_that_is_asked_for_sees_the_variables_of_the_folder_one_is_in() -> None:
    assert loaded({".env": "TAG=mine\n"}, files=(TOP,)).services["web"].image == "web:mine"


def test_files_laid_over_a_remote_one_start_there_too() -> None:
    over = {"over.yaml": 'services: {web: {volumes: ["./mine:/m"]}}'}
    for files in ((TOP, "over.yaml"), ("over.yaml", TOP)):
        assert set(sources(loaded(over, files=files), "web")) == {"/cache/c1/data", "/cache/c1/mine"}


def test_a_remote_file_is_included_with_its_own_variables() -> None:
    project = loaded({"compose.yaml": f"include: ['{TOP}', {{path: '{SUB}'}}, '{PUBLISHED}']"})
    assert project.services["web"].image == "web:theirs"
    assert (sources(project, "web"), sources(project, "sub")) == (["/cache/c1/data"], ["/cache/c1/sub/x"])
    assert "pub" in project.services
    assert project.working_dir == "/work/app"


def test_what_is_extended_from_a_repository_starts_at_its_top() -> None:
    text = f"services: {{me: {{extends: {{file: '{SUB}', service: sub}}, volumes: ['./y:/y']}}}}"
    assert sources(loaded({"compose.yaml": text}), "me") == ["/cache/c1/x", "/work/app/y"]


def test_a_fault_in_a_remote_file_names_its_address() -> None:
    files = {**FILES, "/cache/c1/compose.yaml": "services:\n  web: {imag: x}\ninclude: [gone.yaml]\n"}
    assert faults(files, remote=REMOTE, files=(TOP,)) == [
        f'{TOP}:compose.yaml:2:9: services.web.imag: the key "imag" is not known here (did you mean "image"?)',
        f"{TOP}:compose.yaml:3:11: there is no file {TOP}:gone.yaml (correct the path, or create the file)",
    ]


def test_what_cannot_be_fetched_is_told_where_it_is_asked_for() -> None:
    text = f"include:\n  - {REPOSITORY}#gone\nservices:\n  a: {{extends: {{file: https://x/y, service: b}}}}\n"
    assert faults({"compose.yaml": text}) == [
        f"compose.yaml:2:5: include[0]: {REPOSITORY}#gone cannot be reached (check the network)",
        "compose.yaml:4:23: https://x/y: the address of a repository ends in .git, with #REF:PATH behind it",
    ]


def test_a_value_of_a_remote_file_is_explained_with_its_address() -> None:
    loaded = load_explained(*memory({**FILES, "compose.yaml": f"include: ['{TOP}']"}, remote=REMOTE))
    found = Explainer(loaded).explain(("services", "web", "image"))
    assert str(found.place) == f"{TOP}:compose.yaml:1:25"
    assert str(found.uses[0].place) == f"{TOP}:.env:1"


def test_variables_that_a_remote_file_takes_from_here_are_known() -> None:
    nested = {"/cache/c1/compose.yaml": "services: {web: {image: '${A:-$B}', command: $C $HOME}}"}
    project = loaded(nested, files=(TOP,), environ={"B": "1", "HOME": "/home/me", "D": "2"})
    assert project.taken == ("B", "HOME")
    assert loaded({"compose.yaml": "services: {web: {image: $HOME}}"}).taken == ()
