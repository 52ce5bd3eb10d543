"""YAML events to nodes, and nodes to a plain tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import yaml
from yaml.events import AliasEvent, DocumentStartEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

from devbox.compose.document import Document, Node
from devbox.compose.report import Path, Report
from devbox.compose.scalars import plain, tagged
from devbox.errors import Place

_Loader = getattr(yaml, "CLoader", yaml.Loader)
_DEPTH = 100
_VALUES = 300_000
_UNVERSIONED = "remove the line; the file is read as YAML 1.2 all the same"
TOO_DEEP = f"nested more than {_DEPTH} deep"


class Refused(Exception):
    """The document is faulty in a way that ends its reading; the problem is reported."""


class Composer:
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
                if event.version not in (None, (1, 1)):
                    self._refuse("a %YAML line of another version than 1.1, which Compose refuses", event, _UNVERSIONED)
                yield self._node(next(self._events), 0)

    def _node(self, event: Any, depth: int) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if depth > _DEPTH:
            self._refuse(TOO_DEEP, event)
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
                if text == "<<" and inner.style:
                    key.tag = "!"  # in quotes it merges nothing
            node.content.append((key, value_node))
        return node

    def _alias(self, event: AliasEvent) -> Node:
        node = self._anchors.get(event.anchor or "")
        if node is None:
            self._refuse(f"the alias *{event.anchor} has no anchor &{event.anchor} before it", event)
        return node

    def _refuse(self, message: str, event: Any, hint: str = "") -> NoReturn:
        mark = event.start_mark
        self._report.fault(message, place=Place(self._file, mark.line + 1, mark.column + 1), hint=hint)
        raise Refused


class Builder:
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
            raise Refused
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
