"""What Python has compiled of a module, for the same Python elsewhere: it spares it a quarter second of debugpy."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_UNCHECKED = (1).to_bytes(4, "little")
"""Flags of a compiled module that stands by its content and is not compared with its source (PEP 552)."""
_HEAD = 16


def compiled(source: Path, content: bytes) -> tuple[str, bytes] | None:
    """The name beside the source that it is looked for under, and the module; None where it was not compiled as it is
    now."""
    try:
        cached = Path(importlib.util.cache_from_source(str(source)))
        data = cached.read_bytes()
        stamp = int(source.stat().st_mtime).to_bytes(8, "little")[:4] + len(content).to_bytes(8, "little")[:4]
    except (OSError, NotImplementedError):
        return None
    magic = importlib.util.MAGIC_NUMBER
    if data[:_HEAD] != magic + bytes(4) + stamp:
        return None
    head = magic + _UNCHECKED + importlib.util.source_hash(content)
    return f"{cached.parent.name}/{cached.name}", head + data[_HEAD:]
