"""What a user can ask for: given to Session.command(), shown as an Operation."""

from __future__ import annotations

from devbox.plan.commands import PlannedCommand
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Go to another environment; `stop_current` brings the old one down (its volumes stay) first, `make_secrets` makes
    what the new one lacks."""

    environment: str
    stop_current: bool = False
    make_secrets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """Read the files again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeSecrets:
    """Make the secrets of the current environment that are missing."""


Command = PlannedCommand | Switch | Reload | MakeSecrets
