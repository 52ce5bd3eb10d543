"""Files of variables: .env and the env_file and label_file of services."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from devbox.compose.interpolate import Lookup, substitute, unset

_INLINE = frozenset("\t\v\f\r \x85\xa0")
_ESCAPE = re.compile(r"\\(?:[abcfnrtv$\"\\]|0\d{0,3})", re.ASCII)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}


class Faulty(ValueError):
    """A line that is no variable; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class Definition(NamedTuple):
    """One line that sets a variable; `text` as written, before the variables in it are replaced."""

    name: str
    value: str
    line: int
    text: str


Note = Callable[[Definition], None]


def parse(
    text: str, lookup: Lookup, variables: dict[str, str], warn: Callable[[str], None], note: Note | None = None
) -> None:
    """Add the variables of `text` to `variables`; values may use `lookup` first, then what is already there.

    `note` hears of each line that sets one.
    """
    _Reader(text.removeprefix("﻿").replace("\r\n", "\n"), lookup, variables, warn, note).read()


def parse_raw(text: str, lookup: Lookup, variables: dict[str, str], note: Note | None = None) -> None:
    """The format `raw`: everything after the first = is the value, quotes and dollar signs included."""
    for number, line in enumerate(text.removeprefix("﻿").split("\n"), 1):
        line = line.removesuffix("\r").lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not name:
            raise Faulty("a line without a variable's name", number)
        if any(char.isspace() for char in name):
            raise Faulty(f'the name "{name}" holds a space; the format raw takes NAME=VALUE', number)
        found = value if equals else lookup(name)
        if found is not None:
            variables[name] = found
            if note:
                note(Definition(name, found, number, _literal(found) if equals else f"${name}"))


class _Reader:
    def __init__(
        self, text: str, lookup: Lookup, variables: dict[str, str], warn: Callable[[str], None], note: Note | None
    ) -> None:
        self._text = text
        self._at = 0
        self._variables = variables
        self._outer = lookup
        self._warn = warn
        self._note = note
        self._written = ""

    def read(self) -> None:
        while self._statement():
            name, inherited = self._name()
            if not name:
                self._warn(f"Line {self._line(self._at - 1)} names no variable; it is skipped.")
                if not inherited:
                    self._value()
            elif " " in name:
                raise Faulty(f'the name "{name}" holds a space', self._line(self._at - 1))
            else:
                start = self._at - 1
                value = self._outer(name) if inherited else self._value()
                if value is not None:
                    self._variables[name] = value
                    if self._note:
                        text = f"${name}" if inherited else self._written
                        self._note(Definition(name, value, self._line(start), text))

    def _lookup(self, name: str) -> str | None:
        value = self._outer(name)
        return self._variables.get(name) if value is None else value

    def _line(self, at: int) -> int:
        return self._text.count("\n", 0, max(at, 0)) + 1

    def _statement(self) -> bool:
        """Go to the next statement, over blank lines and comments."""
        text = self._text
        while self._at < len(text):
            if text[self._at].isspace():
                self._at += 1
            elif text[self._at] == "#":
                end = text.find("\n", self._at)
                self._at = len(text) if end < 0 else end
            else:
                return True
        return False

    def _name(self) -> tuple[str, bool]:
        text, start = self._text, self._at
        if re.compile(r"export\s").match(text, start):
            start += len("export")
            while start < len(text) and text[start] in _INLINE:
                start += 1
        at = start
        while at < len(text):
            char = text[at]
            if char in "=:\n":
                break
            if char not in _INLINE and char not in "_.-[]" and not char.isalnum():
                line = text[start:].split("\n", 1)[0]
                shown = line if len(line) <= 40 else line[:40] + "…"
                raise Faulty(f'"{char}" cannot be part of a variable\'s name: {shown}', self._line(at))
            at += 1
        name = text[start:at].rstrip()
        inherited = at >= len(text) or text[at] == "\n"
        self._at = at + 1
        if not inherited:
            while self._at < len(text) and text[self._at] in _INLINE:
                self._at += 1
        return name, inherited

    def _value(self) -> str:
        text, start = self._text, self._at
        quote = text[start] if start < len(text) else ""
        if quote in ("'", '"') and quote:
            return self._quoted(quote)
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        self._at = end + 1
        return self._expand(text[start:end].split(" #", 1)[0].rstrip(), start)

    def _quoted(self, quote: str) -> str:
        text, start = self._text, self._at
        out: list[str] = []
        at = start + 1
        while at < len(text):
            char = text[at]
            if char == quote:
                self._at = at + 1
                value = "".join(out)
                if quote == '"':
                    return self._expand(_ESCAPE.sub(_unescape, value), start)
                self._written = _literal(value)
                return value
            if char == "\\" and at + 1 < len(text):
                at += 1
                out.append(text[at] if text[at] == quote else "\\" + text[at])
            else:
                out.append(char)
            at += 1
        raise Faulty("a quote is left open", self._line(start))

    def _expand(self, value: str, at: int) -> str:
        self._written = value
        if "$" not in value:
            return value
        try:
            return substitute(value, self._lookup, lambda name: self._warn(unset(name)))
        except ValueError as error:
            raise Faulty(str(error), self._line(at)) from error


def _literal(value: str) -> str:
    """The text that stands for `value` where variables are replaced."""
    return value.replace("$", "$$")


def _unescape(match: re.Match[str]) -> str:
    body = match[0][1:]
    if body == "$":
        return "$$"
    if body[0] == "0":
        return chr(int(body[1:], 8)) if len(body) == 4 and set(body) <= set("01234567") else match[0]
    return _ESCAPES.get(body, match[0])
