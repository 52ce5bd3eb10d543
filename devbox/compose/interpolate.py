"""${VARIABLE} in text: every operator of Compose, nested to any depth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from devbox.compose.document import Document
from devbox.compose.report import Path, Report

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*", re.ASCII)
_OPERATORS = (":?", ":-", ":+", "?", "-", "+")
_DEPTH = 50

Lookup = Callable[[str], str | None]


class Reference(NamedTuple):
    """One use of a variable: ${name}, or ${name operator operand}; `braced` where braces stand around it."""

    name: str
    operator: str = ""
    operand: str = ""
    braced: bool = True


class Unset(ValueError):
    """A required variable has no value."""


def substitute(text: str, lookup: Lookup, missing: Callable[[str], None], depth: int = 0) -> str:
    """`text` with its variables replaced; `missing` hears of names that have no value and become blank.

    ValueError says what is wrong with the text; Unset is a variable required by `:?` or `?`.
    """
    if depth > _DEPTH:
        raise ValueError("variables are nested too deeply")
    return "".join(
        [piece if isinstance(piece, str) else _value(piece, lookup, missing, depth) for piece in pieces(text)]
    )


def pieces(text: str) -> Iterator[str | Reference]:
    """The text cut into what stands for itself ($$ already one dollar sign) and the variables; ValueError as above."""
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        if dollar > at:
            yield text[at:dollar]
        after = dollar + 1
        if text.startswith("$", after):
            yield "$"
            at = after + 1
        elif text.startswith("{", after):
            at, reference = _braced(text, dollar)
            yield reference
        elif match := _NAME.match(text, after):
            yield Reference(match[0], braced=False)
            at = match.end()
        else:
            yield "$"
            at = after
    if at < len(text):
        yield text[at:]


def references(text: str) -> Iterator[Reference]:
    """The variables of a text, those within operands too; of a text that is wrong, those before the fault."""
    try:
        for piece in pieces(text) if "$" in text else ():
            if isinstance(piece, Reference):
                yield piece
                yield from references(piece.operand)
    except ValueError:
        return


def names(value: Any) -> set[str]:
    """The variables that the texts of a tree name, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return {name for item in value for name in names(item)}
    return {one.name for one in references(value)} if isinstance(value, str) else set()


def takes_operand(reference: Reference, value: str | None) -> bool:
    """Whether the operand stands in for a variable of that value."""
    given = bool(value) if reference.operator[:1] == ":" else value is not None
    return (reference.operator[-1:] == "-" and not given) or (reference.operator[-1:] == "+" and given)


def unset(name: str) -> str:
    """The warning for a variable without a value."""
    return f"The variable {name} is not set; it is taken as blank."


def _value(reference: Reference, lookup: Lookup, missing: Callable[[str], None], depth: int) -> str:
    name, operator, operand, _ = reference
    value = lookup(name)
    if not operator:
        if value is None:
            missing(name)
        return value or ""
    if takes_operand(reference, value):
        return substitute(operand, lookup, missing, depth + 1)
    if operator[-1] == "?" and not (value if operator[0] == ":" else value is not None):
        said = substitute(operand, lookup, missing, depth + 1)
        state = "is empty" if value == "" else "is not set"
        raise Unset(f"the variable {name} {state}" + (f": {said}" if said else ""))
    return value or ""


def _braced(text: str, start: int) -> tuple[int, Reference]:
    match = _NAME.match(text, start + 2)
    if not match:
        raise ValueError(f'"{_excerpt(text, start)}" names no variable; write $$ for a dollar sign')
    name, at = match[0], match.end()
    if text.startswith("}", at):
        return at + 1, Reference(name)
    operator = next((sign for sign in _OPERATORS if text.startswith(sign, at)), "")
    end = _closing(text, start + 1)
    if not operator or end < 0:
        fault = "has no operator :- - :+ + :? or ?" if end >= 0 else "has no closing brace in its line"
        raise ValueError(f'"{_excerpt(text, start)}" {fault}; write $$ for a dollar sign')
    return end + 1, Reference(name, operator, text[at + len(operator) : end])


def _closing(text: str, opening: int) -> int:
    """The brace that closes the one at `opening`; the last one on the line if they do not pair up there."""
    line_end = text.find("\n", opening)
    end = line_end if line_end >= 0 else len(text)
    depth = 0
    for at in range(opening, end):
        if text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        elif text[at] == "{":
            depth += 1
    return text.rfind("}", opening, end)


def _excerpt(text: str, start: int) -> str:
    piece = text[start : start + 30].split("\n", 1)[0]
    return piece + ("…" if len(text) > start + 30 else "")


def interpolate(document: Document, environment: Mapping[str, str], report: Report) -> None:
    """Replace variables in every value of the document (keys are left alone)."""

    def one(text: str, path: Path) -> str:
        if "$" not in text:
            return text
        try:
            return substitute(text, environment.get, lambda name: report.warn(unset(name)))
        except Unset as error:
            report.fault(str(error), place=document.place(path), path=path, hint=_cure(str(error)))
        except ValueError as error:
            report.fault(str(error), place=document.place(path), path=path)
        return text

    def walk(value: Any, path: Path) -> None:
        entries = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in entries:
            if isinstance(item, str):
                if "$" in item:
                    value[key] = one(item, (*path, key))
            elif isinstance(item, dict | list):
                walk(item, (*path, key))

    if isinstance(document.tree, dict | list):
        walk(document.tree, ())


def _cure(message: str) -> str:
    name = message.removeprefix("the variable ").split(" ", 1)[0]
    return f"set {name} in the shell or in .env"
