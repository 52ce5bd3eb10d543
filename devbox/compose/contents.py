"""What configs and secrets hold, as short digests, so that a change of it can be told without keeping it."""

from __future__ import annotations

import hashlib
from typing import Protocol

from devbox.compose.model import FileObject

_LENGTH = 12


class Readable(Protocol):
    """What a digest needs of the file system; errors are OSError."""

    def read(self, path: str) -> bytes: ...


def digest(item: FileObject, files: Readable) -> str:
    """Hex digits of what the object holds; "" where that cannot be known here (external, unreadable, a folder)."""
    if item.external:
        return ""
    if not item.file:
        return "" if item.content is None else _short(item.name, item.content.encode("utf-8", "surrogatepass"))
    try:
        return _short(item.name, files.read(item.file))
    except OSError:
        return ""


def _short(name: str, content: bytes) -> str:
    # With the name in it, equal secrets do not show as equal.
    return hashlib.sha256(name.encode() + b"\0" + content).hexdigest()[:_LENGTH]
