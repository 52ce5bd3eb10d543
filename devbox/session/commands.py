"""What a user can ask for: given to Session.command(), shown as an Operation."""

from __future__ import annotations

from devbox.plan.commands import PlannedCommand
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Go to another environment; `stop_current` brings the old one down (its volumes stay) first."""

    environment: str
    stop_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """Read the files again."""


Command = PlannedCommand | Switch | Reload
