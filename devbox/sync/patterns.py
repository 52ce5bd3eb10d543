"""Patterns as .dockerignore has them: `*`, `?`, `[a-z]`, `**`, and `!` for exceptions; the last one that speaks rules.

A pattern that names a folder means all that is below it, so that `*` with `!src` leaves exactly `src`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from itertools import groupby

from devbox.record import dataclass

_ANYWHERE = "(?:.*/)?"
"""What `**/` means."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Patterns that follow each other and are all exceptions, or none of them is."""

    means: re.Pattern[str]
    exception: bool


class Patterns:
    """Ordered patterns over relative paths with `/`."""

    def __init__(self, lines: Iterable[str]) -> None:
        cleaned = [line for line in map(_clean, lines) if line not in ("", "!")]
        self._runs = tuple(_run(exception, list(run)) for exception, run in groupby(cleaned, _is_exception))
        self._exceptions = any(run.exception for run in self._runs)

    def __bool__(self) -> bool:
        return bool(self._runs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Patterns) and self._runs == other._runs

    def __hash__(self) -> int:
        return hash(self._runs)

    def match(self, path: str) -> bool:
        """Whether `path`, or a folder that it lies in, is meant."""
        matched = False
        for run in self._runs:
            # Only what would change the answer so far is worth a look.
            if run.exception == matched and run.means.match(path):
                matched = not run.exception
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


def _is_exception(line: str) -> bool:
    return line.startswith("!")


def _run(exception: bool, lines: list[str]) -> _Run:
    """As one expression: a storm has thousands of paths, and most rules a dozen patterns that begin with `**/`."""
    expressions = [_expression(line.removeprefix("!")) for line in lines]
    anywhere = [one.removeprefix(_ANYWHERE) for one in expressions if one.startswith(_ANYWHERE)]
    named = [one for one in expressions if not one.startswith(_ANYWHERE)]
    if anywhere:
        named.append(f"{_ANYWHERE}(?:{'|'.join(anywhere)})")
    # What a pattern names, or anything below it.
    return _Run(re.compile(f"(?:{'|'.join(named)})(?:/.*)?\\Z", re.DOTALL), exception)


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
                found.append(_ANYWHERE)
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
