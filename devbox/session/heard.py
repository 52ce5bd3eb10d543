"""What a listener for editors tells of."""

from __future__ import annotations

from enum import Enum

from devbox.record import dataclass


class Happened(Enum):
    """What happened, in a word."""

    OPEN = "open"
    CAME = "came"
    ATTACHED = "attached"
    REFUSED = "refused"
    AWAY = "away"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that happened at a listener: `address` is the listener's, `editor` the other side's, `container`
    whom it debugs."""

    service: str
    what: Happened
    address: str = ""
    editor: str = ""
    container: str = ""
    text: str = ""


def at(host: str, port: int | str) -> str:
    """An address as one writes it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
