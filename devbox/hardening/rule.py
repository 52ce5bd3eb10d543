"""What a rule is, and what it says of its subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Generic, TypeVar

from devbox.compose.report import Path
from devbox.record import dataclass

GUIDE = "hardening"
"""The guide that explains the rules (`devbox guide hardening`), each under a heading of its id."""


class Severity(Enum):
    """How much is at stake."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule found: `text` completes "SERVICE ..."; `line` is one of its Dockerfile.

    `path` starts at the service, or `at_top` at the project.
    """

    text: str
    path: Path = ()
    at_top: bool = False
    line: int = 0


S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A rule as it is told: `reason` says what can happen, `remedy` what to write instead.

    `id` of another program's rule is PROGRAM:ID, and `link` its page.
    """

    id: str
    severity: Severity
    title: str
    reason: str
    remedy: str
    link: str = ""

    @property
    def guide(self) -> str:
        """Where it is explained: guide#anchor, or a page of the program whose rule it is."""
        return self.link or f"{GUIDE}#{self.id.lower()}"

    @property
    def program(self) -> str:
        """The program whose rule it is; "" for our own."""
        return self.id.rpartition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[S]):
    """A rule over subjects of one kind."""

    about: About
    check: Callable[[S], Iterable[Hit]]


def rule(
    id: str, severity: Severity, title: str, check: Callable[[S], Iterable[Hit]], *, reason: str, remedy: str
) -> Rule[S]:
    """A rule in one expression."""
    return Rule(about=About(id=id, severity=severity, title=title, reason=reason, remedy=remedy), check=check)
