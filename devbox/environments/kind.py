"""What an environment is for, which decides what must not be in it."""

from __future__ import annotations

import re
from enum import Enum


class Kind(Enum):
    """`kind` in devbox.yaml; STAGING and PRODUCTION run what is released, and hold no tool of development."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


_PARTS: dict[str, Kind] = {
    **dict.fromkeys(("prod", "production", "live"), Kind.PRODUCTION),
    **dict.fromkeys(("stage", "staging", "preprod", "uat", "qa", "acceptance"), Kind.STAGING),
}


def by_name(name: str, *, protected: bool) -> Kind:
    """Where devbox.yaml does not say: prod-eu is production, and so is what is protected under a name of its own; stage
    and qa are staging; the rest is for development."""
    for part in re.split(r"[-_.]", name.lower()):
        if part in _PARTS:
            return _PARTS[part]
    return Kind.PRODUCTION if protected else Kind.DEVELOPMENT
