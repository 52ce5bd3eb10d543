"""What a value may look like, and its long form.

A shape takes a value at a path and gives its canonical form, or DROP after reporting what is wrong; so one pass over a
file checks keys and types and turns short forms into long ones. The tables of shapes stand in `schema`.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from devbox.compose import units
from devbox.compose.report import Path, Report
from devbox.compose.scalars import Date
from devbox.compose.source import Document


class _Drop:
    def __repr__(self) -> str:
        return "DROP"


DROP: Final = _Drop()
"""What a shape gives for a value it refused."""


@dataclass(slots=True)
class Reading:
    """One document on its way to canonical form; `base` is the folder its relative paths start from."""

    document: Document
    base: str
    home: str
    report: Report
    resolve: Callable[[str], str]
    nulls: list[Path] = field(default_factory=list)
    """Keys left empty: harmless over an earlier file's value, a fault without one."""

    def fault(self, path: Path, message: str, hint: str = "") -> _Drop:
        self.report.fault(message, place=self.document.place(path), path=path, hint=hint)
        return DROP

    def key_fault(self, path: Path, message: str, hint: str = "") -> _Drop:
        self.report.fault(message, place=self.document.key_place(path), path=path, hint=hint)
        return DROP


Shape = Callable[[Any, Path, Reading], Any]

_TRUE = frozenset(("true", "y", "yes", "on"))
_FALSE = frozenset(("false", "n", "no", "off"))
_NAME = re.compile(r"[a-zA-Z0-9._-]+", re.ASCII)


def kind(value: Any) -> str:
    """What a value is, in words."""
    match value:
        case None:
            return "empty"
        case bool():
            return "a boolean"
        case str():
            return "text"
        case int() | float():
            return "a number"
        case Date():
            return "a date"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _quoted(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return f'put it in quotes: "{units.number_text(value)}"'
    return f'put it in quotes: "{value}"' if isinstance(value, Date) else ""


def text(value: Any, path: Path, reading: Reading) -> Any:
    """Text, and nothing that only looks like it."""
    if isinstance(value, str):
        return value
    return reading.fault(path, f"must be text, but is {kind(value)}", _quoted(value))


def printable(value: Any, path: Path, reading: Reading) -> Any:
    """Text, or a number or boolean taken as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return units.number_text(value)
    return reading.fault(path, f"must be text or a number, but is {kind(value)}", _quoted(value))


def number_or_text(value: Any, path: Path, reading: Reading) -> Any:
    """Text, or a number taken as text; a boolean is refused."""
    if isinstance(value, bool):
        return reading.fault(path, "must be text or a number, but is a boolean", _quoted(value))
    return printable(value, path, reading)


def whole_or_text(value: Any, path: Path, reading: Reading) -> Any:
    """Text, or a whole number taken as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return reading.fault(path, f"must be text or a whole number, but is {kind(value)}", _quoted(value))


def switch(value: Any, path: Path, reading: Reading) -> Any:
    """A boolean, also as a word."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.lower()
        if word in _TRUE or word in _FALSE:
            if word not in ("true", "false"):
                meant = "true" if word in _TRUE else "false"
                reading.report.warn(f'{reading.document.place(path)}: "{value}" is text in YAML; write {meant}.')
            return word in _TRUE
        return reading.fault(path, f'must be true or false, but is "{value}"')
    return reading.fault(path, f"must be true or false, but is {kind(value)}")


def strict_switch(value: Any, path: Path, reading: Reading) -> Any:
    """A boolean only."""
    return value if isinstance(value, bool) else reading.fault(path, f"must be true or false, but is {kind(value)}")


def whole(low: int = -(2**63), high: int = 2**63 - 1, *, texts: bool = True, floats: bool = True) -> Shape:
    """A whole number, also as text or as 2.0, within bounds."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if floats and isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
            value = int(value)
        if texts and isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", value, re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            said = f'"{value}"' if isinstance(value, str) else value if isinstance(value, float) else kind(value)
            return reading.fault(path, f"must be a whole number, but is {said}")
        if not low <= value <= high:
            bounds = f"from {low} to {high}" if high < 2**63 - 1 else f"at least {low}"
            if value > high == 2**63 - 1:
                bounds = "smaller"
            return reading.fault(path, f"must be {bounds}, but is {value}")
        return value

    return shape


def cpus(value: Any, path: Path, reading: Reading) -> Any:
    """A number of CPUs or a ratio, also as text."""
    try:
        if isinstance(value, str):
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
            return units.single(float(value))
    except (ValueError, OverflowError):
        pass
    said = f'"{value}"' if isinstance(value, str) else kind(value)
    return reading.fault(path, f"must be a number, but is {said}")


def size(value: Any, path: Path, reading: Reading) -> Any:
    """A number of bytes, kept as text in digits."""
    if isinstance(value, float):
        reading.report.warn(f"{reading.document.place(path)}: a size is a whole number or text; {value} is ignored.")
        return DROP
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if isinstance(value, str):
        try:
            return str(units.size(value))
        except ValueError as error:
            return reading.fault(path, str(error), "write 512, 64k, 128m or 1.5g")
    return reading.fault(path, f"must be a size, but is {kind(value)}", "write 512, 64k, 128m or 1.5g")


def text_size(value: Any, path: Path, reading: Reading) -> Any:
    """A size that must be given as text."""
    if not isinstance(value, str):
        return reading.fault(path, f"must be a size as text, but is {kind(value)}", _quoted(value))
    return size(value, path, reading)


def duration(value: Any, path: Path, reading: Reading) -> Any:
    """A duration, kept as Compose prints it."""
    hint = "write a number with a unit, such as 30s or 1m30s"
    if not isinstance(value, str):
        return reading.fault(path, f"must be a duration, but is {kind(value)}", hint)
    try:
        return units.spell(units.duration(value))
    except ValueError as error:
        return reading.fault(path, str(error), hint)


def mode(value: Any, path: Path, reading: Reading) -> Any:
    """A file mode, kept as octal text with a leading 0."""
    if isinstance(value, str) and re.fullmatch("[0-7]{1,20}", value):
        value = int(value, 8)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32:
        return f"0{value:o}"
    return reading.fault(path, "is no file mode", "write it in octal: 0440")


def anything(value: Any, path: Path, reading: Reading) -> Any:
    """An extension's value, as it is."""
    if isinstance(value, Date):
        return value.text
    if isinstance(value, float) and not math.isfinite(value):
        return reading.fault(path, "has no place in a Compose file", 'put it in quotes: ".inf"')
    if isinstance(value, dict):
        return {key: anything(item, (*path, key), reading) for key, item in value.items()}
    if isinstance(value, list):
        return [anything(item, (*path, index), reading) for index, item in enumerate(value)]
    return value


def one_of(*words: str) -> Shape:
    """Text from a closed list."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if value in words and isinstance(value, str):
            return value
        said = f'"{value}"' if isinstance(value, str) else kind(value)
        return reading.fault(path, f"must be one of {', '.join(words)}, but is {said}", _near(value, words))

    return shape


def optional(inner: Shape) -> Shape:
    """A value that may be empty, which says nothing."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        return DROP if value is None else inner(value, path, reading)

    return shape


def each(item: Shape, *, unique: bool = False, single: bool = False) -> Shape:
    """A list; `single`: one item may stand without the list; `unique`: a repeat is refused."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if single and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            return reading.fault(path, f"must be a list, but is {kind(value)}", "start each item with a dash")
        result = []
        for index, member in enumerate(value):
            out = item(member, (*path, index), reading)
            if out is DROP:
                continue
            if unique and out in result:
                reading.fault((*path, index), f'"{out}" is listed twice', "keep one of the two")
                continue
            result.append(out)
        return result

    return shape


def entries(value: Shape, *, names: bool = False, nulls: bool = False) -> Shape:
    """A mapping with keys of the user's own; `names`: they must be names; `nulls`: an empty value is kept."""

    def shape(mapping: Any, path: Path, reading: Reading) -> Any:
        if not isinstance(mapping, dict):
            return reading.fault(path, f"must be a mapping, but is {kind(mapping)}")
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
            return reading.fault(path, f"must be a mapping, but is {kind(mapping)}")
        result: dict[str, Any] = {}
        for key, item in mapping.items():
            known = shapes.get(key)
            inner = (*path, key)
            if known is None:
                if not (free and key.startswith("x-")):
                    hint = _near(key, shapes) or _misplaced(path, item)
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


def _empty(path: Path, reading: Reading) -> None:
    if any(isinstance(part, int) for part in path):
        reading.fault(path, "is empty", "give it a value or remove the key")
    else:
        reading.nulls.append(path)


def _misplaced(path: Path, item: Any) -> str:
    """A service at the top, as the first Compose files had them."""
    looks_so = not path and isinstance(item, dict) and ("image" in item or "build" in item)
    return "services belong under services:" if looks_so else ""


def _near(word: Any, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(word), list(words), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else ""


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
            out = None if item is None else printable(item, (*path, key), reading)
            if out is not DROP:
                result[key] = out
        return result
    if not isinstance(value, list):
        return reading.fault(path, f"must be a mapping or a list of KEY=VALUE, but is {kind(value)}")
    for index, item in enumerate(value):
        inner = (*path, index)
        if not isinstance(item, str):
            reading.fault(inner, f"must be KEY=VALUE, but is {kind(item)}", _quoted(item))
            continue
        key, equals, content = item.partition("=")
        if key != key.rstrip():
            reading.fault(inner, f'a space stands before the = of "{key.rstrip()}"', "write KEY=VALUE without spaces")
            continue
        result[key] = content if equals else None
    return result


def either(*, when: type | tuple[type, ...], then: Shape, otherwise: Shape) -> Shape:
    """One shape for values of a type, another for all else."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        return (then if isinstance(value, when) else otherwise)(value, path, reading)

    return shape
