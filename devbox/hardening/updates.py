"""What apt would upgrade in an image, read from its simulation."""

from __future__ import annotations

import re

from devbox.record import dataclass

_UPGRADE = re.compile(r"^Inst (?P<package>\S+) \[(?P<held>[^\]]+)\] \((?P<offered>\S+) (?P<origin>[^)]*)\)")
_SECURITY = re.compile(r"security", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A package that could be newer; `security`: an archive of security updates offers it."""

    package: str
    held: str
    offered: str
    security: bool


def updates(simulation: str) -> tuple[Update, ...]:
    """From the output of `apt-get --simulate upgrade`, by package."""
    found = (_UPGRADE.match(line) for line in simulation.splitlines())
    return tuple(
        Update(
            package=one["package"],
            held=one["held"],
            offered=one["offered"],
            security=bool(_SECURITY.search(one["origin"])),
        )
        for one in sorted(filter(None, found), key=lambda one: one["package"])
    )
