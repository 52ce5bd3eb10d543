"""POSIX access lists of files, as Linux keeps them in an extended attribute.

The group bits of a file's mode show the list's mask: 0640 may mean that one more user reads it, and no group.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

_NAME = "system.posix_acl_access"
_VERSION = struct.pack("<I", 2)
_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _OWNING_GROUP, _GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NOBODY = 0xFFFFFFFF
_READ = 4
WITHOUT = frozenset({errno.ENODATA, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What a file says that has no list, or whose file system keeps none."""

Entry = tuple[int, int, int]
"""tag, permission bits, number of the user or group"""


@dataclass(frozen=True, slots=True)
class AccessList:
    """The entries of a file that has a list of its own."""

    entries: tuple[Entry, ...]

    def users(self) -> dict[int, bool]:
        """User -> whether it may read."""
        return self._readers(_USER)

    def groups(self) -> dict[int, bool]:
        """Group -> whether it may read."""
        return self._readers(_GROUP)

    def owning_group_reads(self) -> bool:
        """Whether the file's own group may read it."""
        return any(self._readers(_OWNING_GROUP).values())

    def _readers(self, tag: int) -> dict[int, bool]:
        mask = next((bits for kind, bits, _ in self.entries if kind == _MASK), 7)
        return {number: bool(bits & mask & _READ) for kind, bits, number in self.entries if kind == tag}


def read(path: str) -> AccessList | None:
    """The file's list; None where it has none but its mode (OSError)."""
    try:
        data = os.getxattr(path, _NAME)
    except OSError as error:
        if error.errno in WITHOUT:
            return None
        raise
    return AccessList(tuple(_ENTRY.iter_unpack(data[len(_VERSION) :])))


def add_readers(path: str, mode: int, users: Iterable[int]) -> None:
    """Let those users read the file, beside what `mode` or its list allows (OSError where there are no lists)."""
    found = read(path)
    entries = {(tag, number): bits for tag, bits, number in (found.entries if found else _of_mode(mode))}
    for user in users:
        entries[_USER, user] = entries.get((_USER, user), 0) | _READ
    named = [bits for (tag, _), bits in entries.items() if tag in (_USER, _OWNING_GROUP, _GROUP)]
    entries[_MASK, _NOBODY] = reduce(or_, named)
    packed = (_ENTRY.pack(tag, bits, number) for (tag, number), bits in sorted(entries.items()))
    os.setxattr(path, _NAME, _VERSION + b"".join(packed))


def _of_mode(mode: int) -> tuple[Entry, ...]:
    return (
        (_OWNER, mode >> 6 & 7, _NOBODY),
        (_OWNING_GROUP, mode >> 3 & 7, _NOBODY),
        (_OTHERS, mode & 7, _NOBODY),
    )
