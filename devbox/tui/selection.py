"""What the user has in hand: the services an action works on."""

from __future__ import annotations

from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """`services` empty: the whole stack. `container` is an id where the cursor stands on one container of several.

    `in_list`: the service list has the focus, not the main pane.
    """

    services: tuple[str, ...] = ()
    container: str = ""
    in_list: bool = True

    @property
    def one(self) -> str:
        """The service, if it is exactly one; else ""."""
        return self.services[0] if len(self.services) == 1 else ""

    @property
    def words(self) -> str:
        """How to speak of it: "api", "api, worker", "5 services", "the stack"."""
        if not self.services:
            return "the stack"
        return ", ".join(self.services) if len(self.services) < 4 else f"{len(self.services)} services"
