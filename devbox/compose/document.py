"""YAML values where they stand in their file."""

from __future__ import annotations

import re
from typing import Any

from devbox.compose.report import Path
from devbox.errors import Place


class Node:
    """One YAML value where it stands; `content` is a value, a list of nodes or a list of (key node, node)."""

    __slots__ = ("children", "column", "content", "kind", "line", "tag")

    def __init__(self, kind: str, content: Any, mark: Any, tag: str) -> None:
        self.kind = kind
        self.content = content
        self.line: int = mark.line + 1
        self.column: int = mark.column + 1
        self.tag = tag
        self.children: dict[str, tuple[Node, Node]] | None = None
        """Key -> (key node, value node), merge keys followed; set once the tree was built."""


class Document:
    """One YAML document: `tree` is its value, `resets` the paths that !reset and !override name."""

    def __init__(self, file: str, root: Node | None) -> None:
        self.file = file
        self.root = root
        self.tree: Any = None
        self.resets: list[Path] = []

    def find(self, path: Path) -> tuple[int, Place]:
        """How many parts of `path` this document knows, and where the last of them stands."""
        node, place, known = self.root, Place(self.file), 0
        for part in path:
            if node is None:
                break
            key: Node | None = None
            if node.children is not None and isinstance(part, str):
                key, node = node.children.get(part, (None, None))
            elif node.kind == "list":
                node = _member(node, part)
            else:
                node = None
            if node is None:
                break
            known += 1
            spot = key if key is not None and (node.kind != "scalar" or node.line != key.line) else node
            place = Place(self.file, spot.line, spot.column)
        return known, place

    def place(self, path: Path) -> Place:
        """Where `path`, or the nearest part above it, stands."""
        return self.find(path)[1]

    def key_place(self, path: Path) -> Place:
        """Where the key that ends `path` stands."""
        node: Node | None = self.root
        key: Node | None = None
        for part in path:
            if node is None:
                break
            if node.children is not None and isinstance(part, str):
                key, node = node.children.get(part, (None, None))
            else:
                key, node = None, _member(node, part) if node.kind == "list" else None
        return Place(self.file, key.line, key.column) if key else self.place(path)


def _member(node: Node, part: str | int) -> Node | None:
    if isinstance(part, int):
        return node.content[part] if part < len(node.content) else None
    for item in node.content:
        if item.kind == "scalar" and re.split("[=:]", str(item.content), maxsplit=1)[0] == part:
            found: Node = item
            return found
    return None
