"""One document on its way to canonical form, and how its faults are told."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from devbox.compose import units
from devbox.compose.document import Document
from devbox.compose.report import Fault, Path, Report
from devbox.compose.scalars import Date

_LISTED = 8


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
    lenient: bool = False
    """The document is only extended from: a fault matters where its service is used and the value comes through."""
    alone: list[Fault] = field(default_factory=list)
    """What is harmless over an earlier value, and a fault without one: an empty key, a name listed twice."""
    late: list[Fault] = field(default_factory=list)
    """What is harmless under a later value, and a fault without one."""

    def fault(self, path: Path, message: str, hint: str = "", *, late: bool = False) -> _Drop:
        """Note a fault; `late`: Compose finds it in the merged files only, so that a later value heals it."""
        self._note(Fault(path, message, self.document.place(path), hint), late)
        return DROP

    def key_fault(self, path: Path, message: str, hint: str = "") -> _Drop:
        self._note(Fault(path, message, self.document.key_place(path), hint), False)
        return DROP

    def alone_fault(self, path: Path, message: str, hint: str) -> None:
        """Note what is a fault only where no earlier file has a value."""
        self.alone.append(Fault(path, message, self.document.place(path), hint))

    def _note(self, fault: Fault, late: bool) -> None:
        if late or self.lenient:
            self.late.append(fault)
        else:
            self.report.add(fault)


Shape = Callable[[Any, Path, Reading], Any]
"""A shape takes a value at a path and gives its canonical form, or DROP after reporting what is wrong."""


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


def quoted(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return f'put it in quotes: "{units.number_text(value)}"'
    return f'put it in quotes: "{value}"' if isinstance(value, Date) else ""


def near(word: Any, words: Iterable[str], *, kind: str = "") -> str:
    """The word meant, if one is near or begins so; else, with a `kind` (their plural), what there is to choose from."""
    said, known = str(word), list(words)
    close = difflib.get_close_matches(said, known, n=1, cutoff=0.6)
    close += [other for other in known if len(said) > 2 and other.startswith(said)]
    if close:
        return f'did you mean "{close[0]}"?'
    if not kind or not known:
        return ""
    rest = len(known) - _LISTED
    return f"the {kind} are {', '.join(known[:_LISTED])}" + (f" and {rest} more" if rest > 0 else "")
