"""Patterns as .dockerignore has them: `*`, `?`, `[a-z]`, `**`, and `!` for exceptions; the last one that speaks rules.

A pattern that names a folder means all that is below it, so that `*` with `!src` leaves exactly `src`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from devbox.record import dataclass


@dataclass(frozen=True, slots=True)
class _Pattern:
    means: re.Pattern[str]
    exception: bool


class Patterns:
    """Ordered patterns over relative paths with `/`."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns = tuple(_pattern(line) for line in map(_clean, lines) if line not in ("", "!"))
        self._exceptions = any(pattern.exception for pattern in self._patterns)

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Patterns) and self._patterns == other._patterns

    def __hash__(self) -> int:
        return hash(self._patterns)

    def match(self, path: str) -> bool:
        """Whether `path`, or a folder that it lies in, is meant."""
        matched = False
        for pattern in self._patterns:
            # Only what would change the answer so far is worth a look.
            if pattern.exception == matched and pattern.means.match(path):
                matched = not pattern.exception
        return matched

    def covers(self, folder: str) -> bool:
        """Whether everything below `folder` is meant, whatever its name: then nobody has to look into it."""
        return not self._exceptions and self.match(folder)


def lines_of(text: str) -> list[str]:
    """The patterns of a .dockerignore: comments and empty lines left out, a byte order mark too."""
    lines = (line.strip() for line in text.removeprefix("\ufeff").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _clean(line: str) -> str:
    sign = "!" if line.startswith("!") else ""
    pattern = line.removeprefix("!").strip()
    if not pattern:
        return sign
    cleaned = posixpath.normpath(pattern).lstrip("/")
    return sign + cleaned if cleaned != "." else sign


def _pattern(line: str) -> _Pattern:
    exception = line.startswith("!")
    # What a pattern names, or anything below it.
    return _Pattern(re.compile(f"(?:{_expression(line.removeprefix('!'))})(?:/.*)?\\Z", re.DOTALL), exception)


def _expression(pattern: str) -> str:
    """The pattern as a regular expression, by the rules of Go's filepath.Match with `**` added."""
    found: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            if not pattern.startswith("*", at):
                found.append("[^/]*")
                continue
            at += 1
            if pattern.startswith("/", at):
                at += 1
                found.append("(?:.*/)?")
            else:
                found.append(".*")
        elif char == "?":
            found.append("[^/]")
        elif char == "[":
            at, text = _class(pattern, at)
            found.append(text)
        elif char == "\\" and at < len(pattern):
            found.append(re.escape(pattern[at]))
            at += 1
        else:
            found.append(re.escape(char))
    return "".join(found)


def _class(pattern: str, at: int) -> tuple[int, str]:
    """A `[...]` whose bracket stands before `at`: where it ends, and what it means; an open one is a plain bracket."""
    end = pattern.find("]", at + 1)
    if end < 0:
        return at, r"\["
    inside = pattern[at:end]
    negated = inside.startswith("^")
    text = inside.removeprefix("^").replace("\\", "\\\\").replace("[", r"\[")
    expression = f"[{'^' if negated else ''}{text}]"
    try:
        re.compile(expression)
    except re.error:
        return at, r"\["
    return end + 1, expression
