"""Plain YAML scalars to values, as Compose reads them: YAML 1.2 with the number forms of its Go parser."""

from __future__ import annotations

import base64
import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_STARTS = frozenset("+-.0123456789")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
_BASED = re.compile(r"([-+]?)(?:0([xX][0-9a-fA-F]+)|0([oO]?)([0-7]+)|0([bB][01]+))", re.ASCII)
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:(?:[Tt]|[ ])[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?(?:[zZ]|[-+][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)
_LARGEST = 2**64


class Date:
    """An unquoted date: no text, and of no use anywhere but in extensions."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    @property
    def instant(self) -> str:
        """The date with its time, midnight in UTC where none is given."""
        return self.text if ":" in self.text else f"{self.text}T00:00:00Z"


_TYPES: dict[str, type] = {"bool": bool, "float": float, "int": int, "null": type(None), "timestamp": Date}
"""What explicit tags stand for."""


def plain(text: str) -> Scalar | Date:
    """The value of an unquoted scalar without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS:
        return text
    if _DATE.fullmatch(text):
        return Date(text)
    digits = text.replace("_", "")
    if _DECIMAL.fullmatch(digits):
        return _whole(int(digits) if len(digits) <= 24 else None, digits)
    if based := _BASED.fullmatch(digits):
        sign, hexadecimal, _, octal, binary = based.groups()
        body, base = (hexadecimal[1:], 16) if hexadecimal else (octal, 8) if octal else (binary[1:], 2)
        value = int(body, base) if len(body) <= 70 else None
        return _whole(-value if sign == "-" and value is not None else value, text)
    if _FLOAT.fullmatch(digits):
        return _finite(digits, text)
    return text


def _finite(digits: str, text: str) -> Scalar:
    value = float(digits)
    return text if math.isinf(value) else value


def _whole(value: int | None, text: str) -> Scalar:
    if value is not None and -(2**63) <= value < _LARGEST:
        return value
    return _finite(text, text) if _FLOAT.fullmatch(text) else text


def tagged(tag: str, text: str) -> Scalar | Date:
    """The value of a scalar with an explicit tag; an unknown tag makes text. ValueError if the two do not fit."""
    kind = tag.removeprefix("tag:yaml.org,2002:")
    if kind == tag or kind == "str":
        return text
    if kind == "binary":
        try:
            return base64.b64decode(text, validate=True).decode("utf-8", "replace")
        except ValueError:
            raise ValueError(f'"{text}" is no base64') from None
    value = plain(text)
    if kind == "float" and type(value) is int:
        value = float(value)
    if kind in _TYPES and type(value) is not _TYPES[kind]:
        raise ValueError(f'"{text}" is no {kind}')
    return value
