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

    def reach(self, path: Path) -> tuple[int, Node | None, Node | None]:
        """How many parts of `path` this document knows; the key (None in a list) and the node of the last of them."""
        key: Node | None = None
        node, known = self.root, 0
        for part in path:
            if node is None:
                break
            entry: tuple[Node | None, Node | None] = (None, None)
            if node.children is not None and isinstance(part, str):
                entry = node.children.get(part, entry)
            elif node.kind == "list":
                entry = (None, _member(node, part))
            if entry[1] is None:
                break
            key, node = entry
            known += 1
        return known, key, node

    def find(self, path: Path) -> tuple[int, Place]:
        """How many parts of `path` this document knows, and where the last of them stands."""
        known, key, node = self.reach(path)
        if not known or node is None:
            return 0, Place(self.file)
        spot = key if key is not None and (node.kind != "scalar" or node.line != key.line) else node
        return known, Place(self.file, spot.line, spot.column)

    def place(self, path: Path) -> Place:
        """Where `path`, or the nearest part above it, stands."""
        return self.find(path)[1]

    def key_place(self, path: Path) -> Place:
        """Where the key that ends `path` stands."""
        known, key, _ = self.reach(path)
        return Place(self.file, key.line, key.column) if key and known == len(path) else self.place(path)


def _member(node: Node, part: str | int) -> Node | None:
    if isinstance(part, int):
        kept = [item for item in node.content if item.tag != "!reset"]
        return kept[part] if part < len(kept) else None
    for item in node.content:
        if item.kind == "scalar" and re.split("[=:]", str(item.content), maxsplit=1)[0] == part:
            found: Node = item
            return found
    return None
