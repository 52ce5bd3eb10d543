"""Shapes of single values: text, numbers, sizes, durations, words of a list."""

from __future__ import annotations

import math
import re
from typing import Any

from devbox.compose import units
from devbox.compose.reading import DROP, Reading, Shape, kind, near, quoted
from devbox.compose.report import Path
from devbox.compose.scalars import Date

_TRUE = frozenset(("true", "y", "yes", "on"))
_FALSE = frozenset(("false", "n", "no", "off"))


def text(value: Any, path: Path, reading: Reading) -> Any:
    """Text, and nothing that only looks like it."""
    if isinstance(value, str):
        return value
    return reading.fault(path, f"must be text, but is {kind(value)}", quoted(value))


def printable(value: Any, path: Path, reading: Reading) -> Any:
    """Text, or a number or boolean taken as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return units.number_text(value)
    return reading.fault(path, f"must be text or a number, but is {kind(value)}", quoted(value))


def number_or_text(value: Any, path: Path, reading: Reading) -> Any:
    """Text, or a number taken as text; a boolean is refused."""
    if isinstance(value, bool):
        return reading.fault(path, "must be text or a number, but is a boolean", quoted(value))
    return printable(value, path, reading)


def whole_or_text(value: Any, path: Path, reading: Reading) -> Any:
    """Text, or a whole number taken as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return reading.fault(path, f"must be text or a whole number, but is {kind(value)}", quoted(value))


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
    if isinstance(value, bool):
        return value
    hint = "write it without quotes" if value in ("true", "false") else ""
    return reading.fault(path, f"must be true or false, but is {kind(value)}", hint)


def whole(
    low: int = -(2**63), high: int = 2**63 - 1, *, texts: bool = True, floats: bool = True, cut: bool = False
) -> Shape:
    """A whole number, also as text or as 2.0, within bounds; `cut`: a fraction is cut off, as Compose does."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if floats and isinstance(value, float) and abs(value) < 2**63 and (cut or value.is_integer()):
            value = int(value)
        if texts and isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", value, re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            said = f'"{value}"' if isinstance(value, str) else value if isinstance(value, float) else kind(value)
            hint = "write it without quotes" if isinstance(value, str) and value.isdecimal() else ""
            return reading.fault(path, f"must be a whole number, but is {said}", hint, late=isinstance(value, float))
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


def percent(value: Any, path: Path, reading: Reading) -> Any:
    """A percentage, also as text."""
    found = cpus(value, path, reading)
    return found if found is DROP or 0 <= found <= 100 else reading.fault(path, "must be from 0 to 100")


def size(value: Any, path: Path, reading: Reading) -> Any:
    """A number of bytes, kept as text in digits; a number with a fraction or an exponent is none, as in Compose."""
    if isinstance(value, float):
        reading.report.warn(f"{reading.document.place(path)}: a size is a whole number or text; {value} is ignored.")
        return "0"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if isinstance(value, str):
        try:
            return str(units.size(value))
        except ValueError as error:
            return reading.fault(path, str(error), "write 512, 64k, 128m or 1.5g", late=True)
    return reading.fault(path, f"must be a size, but is {kind(value)}", "write 512, 64k, 128m or 1.5g")


def exact_size(value: Any, path: Path, reading: Reading) -> Any:
    """As `size`, a fraction being refused."""
    if isinstance(value, float) and not value.is_integer():
        return reading.fault(path, f"must be a whole number or text, but is {value}", "write 512, 64k, 128m or 1.5g")
    return size(value, path, reading)


def text_size(value: Any, path: Path, reading: Reading) -> Any:
    """A size that must be given as text."""
    if not isinstance(value, str):
        return reading.fault(path, f"must be a size as text, but is {kind(value)}", quoted(value))
    return size(value, path, reading)


def duration(value: Any, path: Path, reading: Reading) -> Any:
    """A duration, kept as Compose prints it."""
    hint = "write a number with a unit, such as 30s or 1m30s"
    if not isinstance(value, str):
        return reading.fault(path, f"must be a duration, but is {kind(value)}", hint)
    try:
        return units.spell(units.duration(value))
    except ValueError as error:
        return reading.fault(path, str(error), hint, late=True)


def mode(value: Any, path: Path, reading: Reading) -> Any:
    """A file mode, kept as octal text with a leading 0."""
    if isinstance(value, str) and re.fullmatch("[0-7]{1,20}", value):
        value = int(value, 8)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**32:
        return f"0{value:o}"
    return reading.fault(path, "is no file mode", "write it in octal: 0440", late=isinstance(value, str))


def anything(value: Any, path: Path, reading: Reading) -> Any:
    """An extension's value, as it is."""
    if isinstance(value, Date):
        return value.instant
    if isinstance(value, float) and not math.isfinite(value):
        return reading.fault(path, "has no place in a Compose file", 'put it in quotes: ".inf"')
    if isinstance(value, dict):
        return {key: anything(item, (*path, key), reading) for key, item in value.items()}
    if isinstance(value, list):
        return [anything(item, (*path, index), reading) for index, item in enumerate(value)]
    return value


def spelled(pattern: str, what: str, hint: str, *, refused: bool = True) -> Shape:
    """Text that should match. Compose refuses it only where no part does (if `refused`); the rest is warned of."""
    form = re.compile(pattern)

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, str) and value and not form.fullmatch(value):
            if refused and not form.search(value):
                return reading.fault(path, f'"{value}" is no {what}', hint)
            reading.report.warn(f'{reading.document.place(path)}: "{value}" is no {what}; {hint}.')
        return text(value, path, reading)

    return shape


def one_of(*words: str) -> Shape:
    """Text from a closed list."""

    def shape(value: Any, path: Path, reading: Reading) -> Any:
        if value in words and isinstance(value, str):
            return value
        said = f'"{value}"' if isinstance(value, str) else kind(value)
        return reading.fault(path, f"must be one of {', '.join(words)}, but is {said}", near(value, words))

    return shape
