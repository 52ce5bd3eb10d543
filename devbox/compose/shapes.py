"""Shapes made of shapes: lists, mappings with keys of the user's own, records with known keys.

One pass over a file checks keys and types and turns short forms into long ones. The tables of shapes stand in `schema`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from devbox.compose.reading import DROP, Reading, Shape, kind, near, quoted
from devbox.compose.report import Path
from devbox.compose.values import printable

_FEW = 8
"""So many known keys are all named where an unknown one resembles none."""
_NAME = re.compile(r"[a-zA-Z0-9._-]+", re.ASCII)


def optional(inner: Shape) -> Shape:
    """A value that may be empty, which says nothing."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        return DROP if value is None else inner(value, path, reading)

    return shape


def once(inner: Shape, *, over: bool = False) -> Shape:
    """A list in which a repeat is refused; `over`: unless an earlier file has a value, under which names gather."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        for index, member in enumerate(value if isinstance(value, list) else ()):
            if member in value[:index]:
                note = reading.alone_fault if over else reading.fault
                note((*path, index), f'"{member}" is listed twice', "keep one of the two")
        return inner(value, path, reading)

    return shape


def each(item: Shape, *, single: bool = False) -> Shape:
    """A list; `single`: one item may stand without the list."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if single and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            return reading.fault(path, f"must be a list, but is {kind(value)}", "start each item with a dash")
        result = []
        for index, member in enumerate(value):
            out = item(member, (*path, index), reading)
            if out is not DROP:
                result.append(out)
        return result

    return shape


def entries(value: Shape, *, names: bool = False, nulls: bool = False) -> Shape:
    """A mapping with keys of the user's own; `names`: they must be names; `nulls`: an empty value is kept."""

    def shape(mapping: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(mapping, dict):
            return reading.fault(path, f"must be a mapping, but is {kind(mapping)}", _undashed(mapping))
        result: dict[str, Any] = {}
        for key, item in mapping.items():
            inner = (*path, key)
            if names and not _NAME.fullmatch(key):
                reading.key_fault(inner, "a name holds only letters, digits, dots, dashes and underscores")
            elif item is None and nulls:
                result[key] = None
            elif item is None:
                _empty(inner, reading)
            elif (out := value(item, inner, reading)) is not DROP:
                result[key] = out
        return result

    return shape


def record(
    shapes: Mapping[str, Shape], *, needs: Iterable[str] = (), nulls: Iterable[str] = (), free: bool = True
) -> Shape:
    """A mapping with known keys. `needs`: must be there; `nulls`: may be empty; `free`: keys from x- pass (and go)."""
    needed, nullable = tuple(needs), frozenset(nulls)

    def shape(mapping: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(mapping, dict):
            return reading.fault(path, f"must be a mapping, but is {kind(mapping)}", _undashed(mapping))
        result: dict[str, Any] = {}
        for key, item in mapping.items():
            known = shapes.get(key)
            inner = (*path, key)
            if known is None:
                if not (free and key.startswith("x-")):
                    hint = _misplaced(path, item) or near(key, shapes, kind="keys" if len(shapes) <= _FEW else "")
                    reading.key_fault(inner, f'the key "{key}" is not known here', hint)
            elif item is None and key not in nullable:
                _empty(inner, reading)
            elif (out := known(item, inner, reading)) is not DROP:
                result[key] = out
        for key in needed:
            if key not in mapping:
                reading.fault(path, f'needs the key "{key}"')
        return result

    return shape


def _undashed(value: Any) -> str:
    return "write NAME: in place of each dash" if isinstance(value, list) else ""


def _empty(path: Path, reading: Reading) -> None:
    if any(isinstance(part, int) for part in path):
        reading.fault(path, "is empty", "give it a value or remove the key")
    else:
        reading.alone_fault(path, "is empty", "give it a value or remove the key")


def _misplaced(path: Path, item: Any) -> str:
    """A service at the top, as the first Compose files had them."""
    looks_so = not path and isinstance(item, dict) and ("image" in item or "build" in item)
    return "services belong under services:" if looks_so else ""


def pairs(value: Any, path: Path, reading: Reading) -> Any:
    """A mapping of texts, or a list of KEY=VALUE; a key without a value is None."""
    return _pairs(value, path, reading)


def filled_pairs(value: Any, path: Path, reading: Reading) -> Any:
    """As `pairs`, a key without a value being blank."""
    found = _pairs(value, path, reading)
    return found if found is DROP else {key: "" if item is None else item for key, item in found.items()}


def _pairs(value: Any, path: Path, reading: Reading) -> Any:
    result: dict[str, Any] = {}
    if isinstance(value, dict):
        for key, item in value.items():
            if not key:
                reading.key_fault((*path, key), "a name is missing before the colon")
            out = None if item is None else printable(item, (*path, key), reading)
            if out is not DROP:
                result[key] = out
        return result
    if not isinstance(value, list):
        return reading.fault(path, f"must be a mapping or a list of KEY=VALUE, but is {kind(value)}")
    for index, item in enumerate(value):
        inner = (*path, index)
        if not isinstance(item, str):
            reading.fault(inner, f"must be KEY=VALUE, but is {kind(item)}", quoted(item) or _as_pair(item))
            continue
        key, equals, content = item.partition("=")
        if key != key.rstrip():
            reading.fault(inner, f'a space stands before the = of "{key.rstrip()}"', "write KEY=VALUE without spaces")
            continue
        result[key] = content if equals else None
    return result


def _as_pair(item: Any) -> str:
    """A mapping that stands in a list, as the pair it was meant to be."""
    if not isinstance(item, dict) or len(item) != 1:
        return ""
    [(key, value)] = item.items()
    return f'write "{key}={value}", or all of them without dashes'


def either(*, when: type | tuple[type, ...], then: Shape, otherwise: Shape) -> Shape:
    """One shape for values of a type, another for all else."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        return (then if isinstance(value, when) else otherwise)(value, path, reading)

    return shape
