"""What lies at a path on the host, as far as a copy of it depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from devbox.record import dataclass


class Kind(Enum):
    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file, folder or symbolic link; `mode` permission bits, `mtime` nanoseconds, `link` what a link says.

    `changed` is the time of the last change as the file system keeps it, which nobody sets back, in nanoseconds.
    `size`, `mtime` and `changed` are 0 for folders, whose own change is no change of what lies in them.
    """

    kind: Kind
    mode: int = 0o644
    size: int = 0
    mtime: int = 0
    changed: int = 0
    link: str = ""


Tree = Mapping[str, Entry]
"""Path relative to a rule's root (with `/`) -> what lies there. "" is the root itself, where that is a file."""
