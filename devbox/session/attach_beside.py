"""gdb in a container of its own, beside the one that is debugged."""

from __future__ import annotations

from collections.abc import Callable

from devbox.ports import Builder, Engine
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Leave to make a side container, its image being built once on top of the image `base`."""

    builder: Callable[[Engine], Builder]
    base: str
