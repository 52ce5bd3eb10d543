"""YAML text to a plain tree, with the place of every value.

Compose reads YAML 1.2; the parser here supplies events only, and meaning is given in `scalars`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NoReturn, Protocol

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from devbox.compose.report import Path, Report
from devbox.compose.scalars import plain, tagged
from devbox.errors import Place

_Loader = getattr(yaml, "CLoader", yaml.Loader)
_DEPTH = 100
_VALUES = 300_000


class Files(Protocol):
    """How a load reads files; errors are OSError."""

    def read(self, path: str) -> bytes: ...

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]: ...

    def resolve(self, path: str) -> str:
        """The path with symbolic links followed; parts that do not exist are kept."""


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


def parse(file: str, data: bytes, report: Report) -> list[Document]:
    """The documents of a file, in order; faults go to `report`, and a file that cannot be read gives none."""
    text = decode(file, data, report)
    if text is None:
        report.broken = True
        return []
    documents: list[Document] = []
    try:
        for root in _Composer(file, text, report).documents():
            document = Document(file, root)
            if root is not None:
                document.tree = _Builder(document, report).build(root, (), 0)
            documents.append(document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        message, hint = _explained(error, text)
        report.fault(f"not YAML: {message}", place=place, hint=hint)
        report.broken = True
        return []
    except yaml.YAMLError as error:
        report.fault(f"not YAML: {str(error).splitlines()[0]}", place=Place(file))
        report.broken = True
        return []
    except _Refused:
        report.broken = True
        return []
    return documents


def decode(file: str, data: bytes, report: Report) -> str | None:
    """The text of a file in UTF-8 (or UTF-16 with a byte-order mark)."""
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        report.fault("the file is not UTF-8 text", place=Place(file, line, column), hint="save it as UTF-8")
        return None


def _explained(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    """What is wrong, and what to do about it where that can be told."""
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "a tab in the indentation", "indent with spaces"
    problem = error.problem or ""
    message = ", ".join(part for part in (error.context, problem) if part)
    if "mapping values are not allowed" in problem:
        return message, "quote the value if it holds ': ', or correct the indentation"
    if "cannot start any token" in problem:
        return message, "quote the value"
    return message, ""


class _Refused(Exception):
    """The document is faulty in a way that ends its reading; the problem is reported."""


class _Composer:
    """Events to nodes. Own, because an anchor may be set again and duplicate keys need their places."""

    def __init__(self, file: str, text: str, report: Report) -> None:
        self._file = file
        self._report = report
        self._events: Iterator[Any] = yaml.parse(text, Loader=_Loader)
        self._anchors: dict[str, Node] = {}

    def documents(self) -> Iterator[Node | None]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors = {}
                yield self._node(next(self._events), 0)

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > _DEPTH:
            self._refuse(f"nested more than {_DEPTH} deep", event)
        tag = event.tag or ""
        if isinstance(event, ScalarEvent):
            value: Any = event.value
            if tag and tag != "!":
                value = tagged(tag, event.value)
            elif not tag and event.implicit[0]:
                value = plain(event.value)
            node = Node("scalar", value, event.start_mark, tag)
            if event.anchor:
                self._anchors[event.anchor] = node
            return node
        node = Node("map" if isinstance(event, MappingStartEvent) else "list", [], event.start_mark, tag)
        if event.anchor:
            self._anchors[event.anchor] = node
        if isinstance(event, SequenceStartEvent):
            while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
                node.content.append(self._node(inner, depth + 1))
            return node
        seen: dict[str, Node] = {}
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            text = inner.value if isinstance(inner, ScalarEvent) else None
            key = self._node(inner, depth + 1)
            value_node = self._node(next(self._events), depth + 1)
            if text is not None and text in seen:
                place = Place(self._file, key.line, key.column)
                first = seen[text].line
                self._report.fault(
                    f'the key "{text}" is already set in line {first}', place=place, hint="keep one of the two"
                )
                continue
            if text is not None:
                seen[text] = key
            node.content.append((key, value_node))
        return node

    def _alias(self, event: AliasEvent) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            self._refuse(f"the alias *{event.anchor} has no anchor &{event.anchor} before it", event)
        return node

    def _refuse(self, message: str, event: Any) -> NoReturn:
        mark = event.start_mark
        self._report.fault(message, place=Place(self._file, mark.line + 1, mark.column + 1))
        raise _Refused


class _Builder:
    """Nodes to a tree of fresh dicts and lists (an alias gives a copy each time), bounded in size."""

    def __init__(self, document: Document, report: Report) -> None:
        self._document = document
        self._report = report
        self._left = _VALUES

    def build(self, node: Node, path: Path, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _DEPTH:
            message = "an alias stands inside its own anchor" if depth > _DEPTH else "aliases make this too large"
            self._fault(node, (), message)
            raise _Refused
        if node.kind == "scalar":
            return node.content
        if node.kind == "list":
            return self._list(node, path, depth)
        if node.children is None:
            node.children = {}
            self._children(node, path, depth)
        result: dict[str, Any] = {}
        for text, (_, value) in node.children.items():
            inner = (*path, text)
            if value.tag in ("!reset", "!override"):
                self._document.resets.append(inner)
                if value.tag == "!reset":
                    continue
            result[text] = self.build(value, inner, depth + 1)
        return result

    def _list(self, node: Node, path: Path, depth: int) -> list[Any]:
        kept = [item for item in node.content if item.tag != "!reset"]
        return [self.build(item, (*path, index), depth + 1) for index, item in enumerate(kept)]

    def _children(self, node: Node, path: Path, depth: int) -> None:
        children: dict[str, tuple[Node, Node]] = {}
        merged: list[Node] = []
        for key, value in node.content:
            if key.kind == "scalar" and key.content == "<<" and not key.tag:
                merged.extend(self._merged(value, path))
            elif key.kind != "scalar" or not isinstance(key.content, str):
                said = key.content if key.kind == "scalar" else "this"
                hint = f'write "{said}":' if key.kind == "scalar" else ""
                self._fault(key, path, f"a key must be text, and {_spoken(said)} is not", hint)
            else:
                children[key.content] = (key, value)
        for other in merged:
            if other.children is None:
                if other is node or depth > _DEPTH:
                    self._fault(node, path, "a merge key refers to its own mapping")
                    continue
                other.children = {}
                self._children(other, path, depth + 1)
            for text, entry in other.children.items():
                children.setdefault(text, entry)
        node.children = children

    def _merged(self, value: Node, path: Path) -> list[Node]:
        items = value.content if value.kind == "list" else [value]
        if all(item.kind == "map" for item in items):
            return list(items)
        self._fault(value, path, "<< takes a mapping or a list of mappings")
        return []

    def _fault(self, node: Node, path: Path, message: str, hint: str = "") -> None:
        place = Place(self._document.file, node.line, node.column)
        self._report.fault(message, place=place, path=path, hint=hint)


def _spoken(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
