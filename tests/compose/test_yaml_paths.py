"""Which value stands on which line."""

from __future__ import annotations

from devbox.compose.yaml_paths import line_paths

TEXT = """\
a:
  b: 1
  ports:
    - target: 80
      published: "8080"
    - plain
  script: |
    one

    two
c: {}
"""


def test_each_line_has_the_path_of_its_innermost_value() -> None:
    assert line_paths(TEXT) == [
        ("a",),
        ("a", "b"),
        ("a", "ports"),
        ("a", "ports", 0, "target"),
        ("a", "ports", 0, "published"),
        ("a", "ports", 1),
        ("a", "script"),
        ("a", "script"),
        ("a", "script"),
        ("a", "script"),
        ("c",),
    ]


def test_a_text_that_is_no_yaml_has_no_paths() -> None:
    assert line_paths("a: [\nb") == [(), ()]
