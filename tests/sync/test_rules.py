"""Rules of develop.watch: which files they mean and where those belong."""

from __future__ import annotations

import pytest

from devbox.compose.model import Build, Service, WatchRule
from devbox.sync.rules import Rule, rules


def rule(*, ignore: tuple[str, ...] = (), include: tuple[str, ...] = (), dockerignore: tuple[str, ...] = ()) -> Rule:
    service = Service(
        name="api",
        build=Build(context="/p"),
        watch=(WatchRule(action="sync", path="/p/src", target="/app", ignore=ignore, include=include),),
    )
    (found,) = rules([service], lambda context: dockerignore if context == "/p" else ())
    return found


@pytest.mark.parametrize("path", [".git/HEAD", "a/.git/index", "main.py~", ".main.py.swp", "4913", "d/.#main.py"])
def test_what_editors_and_version_control_keep_is_never_meant(path: str) -> None:
    assert not rule().takes(path)


def test_ignore_wins_over_include() -> None:
    found = rule(include=("*.py",), ignore=("test_*",))
    assert [path for path in ("a.py", "a.txt", "test_a.py") if found.takes(path)] == ["a.py"]


@pytest.mark.parametrize(
    ("line", "left_out"),
    [
        ("src/gen", True),
        ("**/gen", True),
        ("src", True),
        ("*", True),
        ("other/gen", False),
        ("gen", False),
        ("src/*/deep", False),
        ("s*/gen", True),
    ],
)
def test_the_patterns_of_the_build_context_hold_in_a_folder_of_it(line: str, left_out: bool) -> None:
    assert rule(dockerignore=(line,)).takes("gen/file") is not left_out


def test_an_allow_list_of_the_build_context_lets_the_folder_through() -> None:
    assert rule(dockerignore=("*", "!src")).takes("main.py")


def test_a_path_outside_the_root_is_none_of_its_business() -> None:
    assert rule().inside("/p/src-other/x") is None


def test_a_file_keeps_its_place_below_the_target() -> None:
    assert rule().place("a/b.py") == "/app/a/b.py"


def test_a_relative_target_starts_at_the_working_directory() -> None:
    watch = WatchRule(action="sync", path="/p/src", target="./pkg")
    (found,) = rules([Service(name="api", working_dir="/srv", watch=(watch,))], lambda context: ())
    assert found.target == "/srv/pkg"
