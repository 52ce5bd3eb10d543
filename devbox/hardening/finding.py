"""What a rule found, where, and whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from devbox.compose.report import Path
from devbox.errors import Place
from devbox.hardening.rule import About
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`text` completes "SERVICE ..." (or "Dockerfile ..."); `services` is empty where it concerns no single one.

    `path` is the value in the model it is about, or would be, and `also` names rules of other programs that say the
    same.
    """

    about: About
    text: str
    services: tuple[str, ...] = ()
    path: Path = ()
    place: Place | None = None
    also: tuple[str, ...] = ()


Where = Callable[[Path], Place | None]
"""A path of the model, which need not exist -> where it stands, or what is nearest above it."""


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The most severe first, then by place and rule."""

    def order(finding: Finding) -> tuple[int, str, int, str, str]:
        place = finding.place
        return (
            finding.about.severity.rank,
            place.file if place else "",
            place.line if place else 0,
            finding.about.id,
            finding.text,
        )

    return sorted(findings, key=order)
