"""The heads of a tar's members, in a tenth of the time of the standard library's.

In GNU's form, which is the one that every unpacker knows: busybox skips the records of the POSIX form, and so would cut
long names off.
"""

from __future__ import annotations

import os
from functools import lru_cache

FILE, FOLDER, LINK = b"0", b"5", b"2"
BLOCK = 512
END = bytes(2 * BLOCK)
"""Comes after the last member."""
_LONG_NAME, _LONG_LINK = b"L", b"K"
_NAME = 100
"""Bytes of a name that a head has room for."""
_LIMITS = {8: 8**7, 12: 8**11}
"""Width of a number in bytes -> what has no room in it as text."""
_FIXED = sum(b"ustar  " + b" " * 8)
"""What every head adds to its sum; that itself counts as spaces."""
_REST = bytes(BLOCK - 265)


def head(kind: bytes, name: str, *, mode: int, uid: int, gid: int, mtime: int, size: int = 0, link: str = "") -> bytes:
    """What goes before the content of a member; `name` relative, `link` what a symbolic link says, `mtime` seconds."""
    path, target = os.fsencode(name), os.fsencode(link)
    before = b""
    if len(target) > _NAME:
        before += _long(_LONG_LINK, target)
    if len(path) > _NAME:
        before += _long(_LONG_NAME, path)
    return before + _head(kind, path, target, mode, uid, gid, mtime, size)


def padding(size: int) -> bytes:
    """What goes after a content of so many bytes."""
    return bytes(-size % BLOCK)


def _long(kind: bytes, text: bytes) -> bytes:
    """A member that holds the name of the next one."""
    content = text + b"\0"
    return _head(kind, b"././@LongLink", b"", 0o644, 0, 0, 0, len(content)) + content + padding(len(content))


def _head(kind: bytes, path: bytes, target: bytes, mode: int, uid: int, gid: int, mtime: int, size: int) -> bytes:
    name, link = path[:_NAME], target[:_NAME]
    numbers = _owned(mode, uid, gid) + _number(size, 12) + _number(mtime, 12)
    total = _FIXED + sum(name) + sum(numbers) + kind[0] + sum(link)
    filled = name.ljust(_NAME, b"\0"), numbers, total, kind, link.ljust(_NAME, b"\0"), _REST
    return b"%b%b%06o\0 %b%bustar  \0%b" % filled


@lru_cache(maxsize=64)
def _owned(mode: int, uid: int, gid: int) -> bytes:
    return b"%07o\0%b%b" % (mode, _number(uid, 8), _number(gid, 8))


def _number(value: int, width: int) -> bytes:
    """Octal; in binary with a mark what has no room so, or lies before 1970."""
    if 0 <= value < _LIMITS[width]:
        return b"%0*o\0" % (width - 1, value)
    return value.to_bytes(width, "big", signed=True) if value < 0 else b"\x80" + value.to_bytes(width - 1, "big")
