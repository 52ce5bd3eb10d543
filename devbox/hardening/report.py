"""What is known of an image: updates that wait, weaknesses that were found, and what nobody could be asked about."""

from __future__ import annotations

from devbox.hardening.rule import Severity
from devbox.hardening.updates import Update
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A known weakness of a package; `fixed` is the version without it, "" if there is none yet."""

    id: str
    package: str
    held: str
    fixed: str = ""
    severity: Severity
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weaknesses:
    """What a scanner found; `unasked` says in a sentence why it could not look, and is "" if it did."""

    found: tuple[Vulnerability, ...] = ()
    unasked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReport:
    """One image; None where nobody could be asked, and `unasked` says why."""

    image: str
    services: tuple[str, ...]
    updates: tuple[Update, ...] | None = None
    vulnerabilities: tuple[Vulnerability, ...] | None = None
    bill: str = ""
    """The file that its SBOM was written to."""
    unasked: tuple[str, ...] = ()

    @property
    def security_updates(self) -> tuple[Update, ...]:
        return tuple(update for update in self.updates or () if update.security)

    @property
    def asked(self) -> bool:
        """Whether anything that was found, or was not, may be relied on."""
        return self.updates is not None or self.vulnerabilities is not None
