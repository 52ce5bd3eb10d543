"""Which value stands on which line of a YAML text."""

from __future__ import annotations

from typing import Any

import yaml

from devbox.compose.report import Path

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def line_paths(text: str) -> list[Path]:
    """For each line the path of the innermost value on it, () where there is none or the text is no YAML."""
    found: list[Path] = [()] * len(text.splitlines())
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        return found
    if root is not None:
        _walk(root, (), found)
    return found


def _walk(node: Any, path: Path, found: list[Path]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, key.value)
            _mark(found, key.start_mark.line, value, inner)
            _walk(value, inner, found)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _mark(found, item.start_mark.line, item, (*path, index))
            _walk(item, (*path, index), found)


def _mark(found: list[Path], first: int, value: Any, path: Path) -> None:
    end = value.end_mark
    last = end.line if end.column else end.line - 1
    for line in range(first, min(max(first, last) + 1, len(found))):
        found[line] = path
