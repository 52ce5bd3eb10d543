"""Compose files in git repositories, fetched over HTTP from git's own backend."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devbox.adapters.files import LocalFiles
from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.errors import LoadError
from tests.remote.serving import LOGIN, GitHandler, Repositories, serving


class Forge:
    """One repository, served; loads are those of a user whose home is `home`."""

    def __init__(self, folder: Path) -> None:
        self.repositories = Repositories(folder / "served")
        self.work = folder / "work"
        self.home = folder / "home"
        self.here = folder / "here"
        self.address = ""
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        for made in (self.repositories.folder, self.work, self.home, self.here):
            made.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.repositories.folder / "stack.git"))

    def git(self, *words: str) -> str:
        who = ("-c", "user.name=Me", "-c", "user.email=me@example.com")
        done = subprocess.run(
            ["git", *who, *words], cwd=self.work, env=self.environ, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, files: dict[str, str], branch: str = "main") -> str:
        """Commit to a branch and push it; the commit."""
        for name, text in files.items():
            (self.work / name).parent.mkdir(exist_ok=True)
            (self.work / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=change")
        self.push(f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD")

    def push(self, *refs: str) -> None:
        self.git("push", "--quiet", str(self.repositories.folder / "stack.git"), *refs)

    def load(self, behind: str = "", **environ: str) -> Project:
        environment = {**self.environ, **environ}
        request = LoadRequest(cwd=str(self.here), environ=environment, files=(f"{self.address}{behind}",))
        return load(request, LocalFiles(environment))

    def refusal(self, behind: str = "", **environ: str) -> str:
        with pytest.raises(LoadError) as raised:
            self.load(behind, **environ)
        return str(raised.value)


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    made = Forge(tmp_path)
    made.commit(
        {"compose.yaml": service("one", 'volumes: ["./data:/d"]'), "sub/other.yaml": service("other"), "doc/x": ""}
    )
    with serving(GitHandler, made.repositories) as host:
        made.address = f"http://{host}/stack.git"
        yield made


def service(image: str, more: str = "") -> str:
    return f"services:\n  web:\n    image: {image}\n    {more}\n"


def image(project: Project) -> str:
    return project.services["web"].image


def test_branches_tags_commits_and_paths_name_a_file(forge: Forge) -> None:
    first = forge.git("rev-parse", "HEAD")
    forge.git("tag", "--annotate", "--message=one", "v1")
    forge.commit({"compose.yaml": service("two")}, branch="next")
    forge.push("refs/tags/v1")
    behind = {
        "": "one",
        "#main": "one",
        "#next": "two",
        "#v1": "one",
        f"#{first}": "one",
        "#:sub/other.yaml": "other",
        "?branch=next": "two",
        "?tag=v1&subdir=sub/other.yaml": "other",
    }
    assert {part: image(forge.load(part)) for part in behind} == behind


def test_a_branch_wins_over_longer_names_that_end_like_it(forge: Forge) -> None:
    forge.commit({"compose.yaml": service("two")}, branch="feature/main")
    assert image(forge.load("#main")) == "one"


def test_it_lies_where_compose_keeps_it(forge: Forge) -> None:
    commit = forge.git("rev-parse", "HEAD")
    [mount] = forge.load().services["web"].volumes
    assert mount.source == f"{forge.home}/cache/docker-compose/{commit}/data"


def test_a_commit_is_transferred_once(forge: Forge) -> None:
    forge.load()
    sent = forge.repositories.transfers
    forge.load()
    assert forge.repositories.transfers == sent > 0
    forge.commit({"compose.yaml": service("two")})
    assert image(forge.load()) == "two"


def test_a_commit_that_is_here_needs_no_network(forge: Forge) -> None:
    commit = forge.git("rev-parse", "HEAD")
    forge.load(f"#{commit}")
    forge.address = "http://127.0.0.1:1/stack.git"
    assert image(forge.load(f"#{commit}")) == "one"


def test_a_checkout_that_another_program_left_half_done_is_finished_with_what_lies_in_it(forge: Forge) -> None:
    root = forge.home / "cache" / "docker-compose" / forge.git("rev-parse", "HEAD")
    (root / "data").mkdir(parents=True)
    (root / "data" / "kept").write_text("x")
    subprocess.run(["git", "init", "--quiet", str(root)], env=forge.environ, check=True)
    assert image(forge.load()) == "one"
    assert (root / "data" / "kept").read_text() == "x"


def test_it_may_be_loaded_from_within_a_hook_of_git(forge: Forge) -> None:
    assert image(forge.load(GIT_DIR=str(forge.work / ".git"), GIT_WORK_TREE=str(forge.work))) == "one"
    assert forge.git("rev-parse", "--abbrev-ref", "HEAD") == "main"


def test_a_missing_ref_is_named(forge: Forge) -> None:
    assert f"{forge.address} has no branch or tag gone" in forge.refusal("#gone")


def test_a_missing_path_is_named_beside_what_is_there(forge: Forge) -> None:
    said = forge.refusal("#main:sub/gone.yaml")
    assert f"{forge.address}#main:sub/gone.yaml: there is no such path" in said
    assert "there are other.yaml" in said


def test_a_path_longer_than_any_file_is_told(forge: Forge) -> None:
    assert "cannot be kept here" in forge.refusal("#:" + "x" * 300)


def test_a_cache_that_cannot_be_written_is_told(forge: Forge) -> None:
    (forge.home / "file").write_text("")
    assert "cannot be made" in forge.refusal(XDG_CACHE_HOME=str(forge.home / "file"))


def test_a_folder_without_a_compose_file_is_told(forge: Forge) -> None:
    assert f"{forge.address}#:doc holds no Compose file" in forge.refusal("#:doc")


def test_a_repository_that_wants_a_password_is_refused_at_once(forge: Forge) -> None:
    forge.repositories.login = LOGIN
    assert "asks for no password here" in forge.refusal(GIT_TERMINAL_PROMPT="1")


def test_a_password_of_the_address_is_used_and_not_told(forge: Forge) -> None:
    forge.repositories.login = LOGIN
    bare = forge.address
    forge.address = bare.replace("http://", "http://me:hunter2@")
    assert image(forge.load()) == "one"
    forge.address = bare.replace("http://", "http://me:hunter3@")
    assert "hunter3" not in forge.refusal()


def test_a_host_out_of_reach_is_told_in_gits_words(forge: Forge) -> None:
    forge.address = "http://127.0.0.1:1/stack.git"
    said = forge.refusal()
    assert "git says: " in said and "check the address, the network" in said


def test_a_machine_without_git_says_what_to_install(forge: Forge) -> None:
    assert "needs the program git" in forge.refusal(PATH=str(forge.home))


def test_the_switch_of_compose_turns_it_off(forge: Forge) -> None:
    assert "COMPOSE_EXPERIMENTAL_GIT_REMOTE is false" in forge.refusal(COMPOSE_EXPERIMENTAL_GIT_REMOTE="false")
    assert "neither true nor false" in forge.refusal(COMPOSE_EXPERIMENTAL_GIT_REMOTE="maybe")
