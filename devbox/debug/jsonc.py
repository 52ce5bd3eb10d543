"""JSON with comments and trailing commas, as editors keep their settings in: where each value stands in the text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from devbox.errors import DevboxError, Place

_DEPTH = 100
_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_WORD = re.compile(r"[^\s,:\[\]{}\"/]+")


class Broken(DevboxError):
    """A text that is no JSON even with comments."""


@dataclass(slots=True, kw_only=True)
class Node:
    """A value from `start` to `end` in the text: an object with `members`, a list with `items`, or a plain one.

    `comma` is where the comma behind the last member or item stands, -1 without one.
    """

    start: int
    end: int = 0
    plain: Any = None
    members: list[tuple[str, Node]] | None = None
    items: list[Node] | None = None
    comma: int = -1

    @property
    def value(self) -> Any:
        """As json.loads would give it; of members with one name the last counts."""
        if self.members is not None:
            return {name: node.value for name, node in self.members}
        return [node.value for node in self.items] if self.items is not None else self.plain

    def member(self, name: str) -> Node | None:
        """The value of that name; of several the last."""
        return next((node for key, node in reversed(self.members or []) if key == name), None)

    @property
    def last(self) -> Node | None:
        """The last member's or item's value."""
        parts = [node for _, node in self.members or []] + (self.items or [])
        return parts[-1] if parts else None


def parse(file: str, text: str) -> Node | None:
    """The value of the text, None where there is none; Broken says where it breaks off."""
    reader = _Reader(file, text)
    reader.space()
    if reader.at == len(text):
        return None
    node = reader.value(0)
    reader.space()
    if reader.at < len(text):
        raise reader.broken("the file should end here")
    return node


def place(file: str, text: str, at: int) -> Place:
    """The spot in the file."""
    before = text[:at].removeprefix("\ufeff")
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


@dataclass(slots=True)
class _Reader:
    file: str
    text: str
    at: int = field(default=0)

    def __post_init__(self) -> None:
        self.at = 1 if self.text.startswith("\ufeff") else 0

    def broken(self, what: str, at: int | None = None) -> Broken:
        return Broken(f"{place(self.file, self.text, self.at if at is None else at)}: {what}.")

    def space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
        if self.text.startswith("/*", self.at):
            raise self.broken("this comment does not end")

    def value(self, depth: int) -> Node:
        if depth > _DEPTH:
            raise self.broken("values are nested too deeply")
        match self.text[self.at : self.at + 1]:
            case "{" | "[":
                return self._collection(depth)
            case '"':
                start = self.at
                return Node(start=start, plain=self._string(), end=self.at)
            case "":
                raise self.broken("the file ends in the middle")
        return self._word()

    def _collection(self, depth: int) -> Node:
        node = Node(start=self.at)
        is_object = self.text[self.at] == "{"
        closing = "}" if is_object else "]"
        node.members, node.items = ([], None) if is_object else (None, [])
        self.at += 1
        while True:
            self.space()
            if self.text.startswith(closing, self.at):
                self.at += 1
                node.end = self.at
                return node
            if node.last is not None and node.comma < 0:
                raise self.broken(
                    f"a comma or {closing} is missing" if self.at < len(self.text) else "the file ends in the middle"
                )
            name = self._name() if is_object else ""
            one = self.value(depth + 1)
            if node.members is not None:
                node.members.append((name, one))
            if node.items is not None:
                node.items.append(one)
            self.space()
            node.comma = self.at if self.text.startswith(",", self.at) else -1
            self.at += node.comma >= 0

    def _name(self) -> str:
        if not self.text.startswith('"', self.at):
            raise self.broken(
                "a name in quotes is missing" if self.at < len(self.text) else "the file ends in the middle"
            )
        name = self._string()
        self.space()
        if not self.text.startswith(":", self.at):
            raise self.broken("a colon is missing")
        self.at += 1
        self.space()
        return name

    def _string(self) -> str:
        start = self.at
        match = _STRING.match(self.text, start)
        try:
            text = str(json.loads(match[0])) if match else ""
        except ValueError:
            match = None
        if match is None:
            raise self.broken("this text does not end in its line, or holds a backslash that means nothing")
        self.at = match.end()
        return text

    def _word(self) -> Node:
        match = _WORD.match(self.text, self.at)
        try:
            plain = json.loads(match[0]) if match else None
        except ValueError:
            match = None
        if match is None:
            raise self.broken(f"{self.text[self.at]!r} begins no value")
        node = Node(start=self.at, end=match.end(), plain=plain)
        self.at = match.end()
        return node
