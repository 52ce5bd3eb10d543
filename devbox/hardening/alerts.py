"""What other programs say of the same files, and how it goes together with our own findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from devbox.errors import Place
from devbox.hardening.dockerfile import Dockerfile
from devbox.hardening.finding import Finding
from devbox.hardening.rule import About
from devbox.record import dataclass

SAME = {
    "hadolint:DL3002": "DB101",
    "hadolint:DL3006": "DB109",
    "hadolint:DL3007": "DB109",
    "hadolint:DL3009": "DB104",
    "hadolint:DL3015": "DB103",
    "hadolint:DL3025": "DB107",
    "hadolint:DL3064": "DB106",
    "trivy:DS-0001": "DB109",
    "trivy:DS-0029": "DB103",
    "trivy:DS-0031": "DB106",
}
"""A rule of another program -> ours that says the same of the same line."""
JUDGED = frozenset({"hadolint:DL3002", "hadolint:DL3057", "trivy:DS-0002", "trivy:DS-0026"})
"""Rules on a Dockerfile as a whole that ours judge by what the services make of it: user and healthcheck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as another program is given it; `file` is how we call it."""

    file: str
    text: str
    dockerfile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What another program found; `line` 0 is the file as a whole."""

    about: About
    text: str
    source: Source
    line: int = 0

    @property
    def file(self) -> str:
        return self.source.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What other programs found, which of them did look, and in a sentence each what could not be looked at."""

    alerts: tuple[Alert, ...] = ()
    programs: frozenset[str] = frozenset()
    unasked: tuple[str, ...] = ()


def merged(
    findings: Iterable[Finding], alerts: Iterable[Alert], dockerfiles: Mapping[str, Dockerfile]
) -> list[Finding]:
    """`findings` with the alerts among them; an alert that says what a finding says is named there alone.

    Lines of a Dockerfile that go into no image of the services `dockerfiles` names are left out.
    """
    found = list(findings)
    for alert in alerts:
        built = {name: one for name, one in dockerfiles.items() if alert.source.dockerfile and one.file == alert.file}
        concerned = tuple(name for name, one in built.items() if not alert.line or one.has(alert.line))
        if alert.about.id in JUDGED or (built and not concerned):
            continue
        place = Place(alert.file, alert.line)
        ours = SAME.get(alert.about.id)
        twins = [at for at, one in enumerate(found) if ours and (one.about.id, one.place) == (ours, place)]
        for twin in twins:
            also = dict.fromkeys((*found[twin].also, alert.about.id))
            found[twin] = replace(found[twin], also=tuple(also))
        if not twins:
            path = ("services", concerned[0], "build") if concerned else ()
            found.append(Finding(about=alert.about, text=alert.text, services=concerned, path=path, place=place))
    return found
