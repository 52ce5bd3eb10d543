"""What was done to attach to each service."""

from __future__ import annotations

from collections.abc import Sequence

from devbox.debug.model import Debugged, Phase

_SETTLED = (Phase.ATTACHED, Phase.FAILED, Phase.ENDED)


class Notes:
    """A service's notes since it was last settled, oldest first."""

    def __init__(self) -> None:
        self._of: dict[str, list[str]] = {}

    def take(self, debugged: Debugged) -> None:
        """Remember what is being done now."""
        for name, debuggee in debugged.services.items():
            notes = self._of.setdefault(name, [])
            if debuggee.phase in _SETTLED:
                notes.clear()
            elif debuggee.note and notes[-1:] != [debuggee.note]:
                notes.append(debuggee.note)

    def of(self, service: str) -> Sequence[str]:
        return self._of.get(service, ())
