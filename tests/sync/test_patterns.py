"""Patterns as .dockerignore has them."""

from __future__ import annotations

import pytest

from devbox.sync.patterns import Patterns, lines_of


@pytest.mark.parametrize(
    ("patterns", "path", "meant"),
    [
        (["a"], "a", True),
        (["a"], "b/a", False),
        (["**/a"], "b/c/a", True),
        (["**/a"], "a", True),
        (["a"], "a/b/c", True),
        (["/a/"], "a/b", True),
        (["*.log"], "x.log", True),
        (["*.log"], "d/x.log", False),
        (["d/*.log"], "d/x.log", True),
        (["a/**"], "a/b/c", True),
        (["a/**/z"], "a/z", True),
        (["a/**/z"], "a/b/c/z", True),
        (["a?c"], "abc", True),
        (["a?c"], "a/c", False),
        (["[a-c]x"], "bx", True),
        (["[^a-c]x"], "bx", False),
        (["[^a-c]x"], "dx", True),
        (["a[b"], "a[b", True),
        ([r"a\*"], "a*", True),
        ([r"a\*"], "ab", False),
        (["a.c"], "abc", False),
        (["./a"], "a", True),
        (["a/../b"], "b", True),
        (["*", "!src"], "src", False),
        (["*", "!src"], "src/deep/file.py", False),
        (["*", "!src"], "other/file.py", True),
        (["*", "!src", "src/*.log"], "src/x.log", True),
        (["*.md", "!README.md"], "README.md", False),
        (["!README.md", "*.md"], "README.md", True),
        (["!"], "a", False),
        ([], "a", False),
    ],
)
def test_match(patterns: list[str], path: str, meant: bool) -> None:
    assert Patterns(patterns).match(path) is meant


@pytest.mark.parametrize(
    ("patterns", "folder", "whole"),
    [
        (["node_modules"], "node_modules", True),
        (["node_modules"], "node_modules/x", True),
        (["*.py"], "src", False),
        (["*", "!src"], "other", False),
    ],
)
def test_a_folder_is_skipped_only_where_nothing_in_it_can_be_meant(
    patterns: list[str], folder: str, whole: bool
) -> None:
    assert Patterns(patterns).covers(folder) is whole


def test_a_file_of_patterns_has_comments_and_empty_lines() -> None:
    assert lines_of("\ufeff# all\n\n *.log \n!keep.log\r\n") == ["*.log", "!keep.log"]
