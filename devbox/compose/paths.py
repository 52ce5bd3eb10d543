"""Relative paths of a Compose file made absolute. Text only; nothing is looked up."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from devbox.compose.reading import DROP, Reading
from devbox.compose.remote import is_remote as is_remote_file
from devbox.compose.report import Path
from devbox.compose.values import text

_REMOTE = ("https://", "http://", "git://", "ssh://", "github.com/", "git@")
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


def join(base: str, path: str) -> str:
    """`path` seen from the folder `base`, cleaned; an absolute path is left as it is."""
    return path if path.startswith("/") else clean(f"{base}/{path}")


def clean(path: str) -> str:
    """Without doubled slashes, dots and a slash at the end."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def local(path: str, base: str, home: str) -> str:
    """A file of this machine: ~ is the home folder, an absolute path (of Windows too) is kept."""
    if path.startswith("~"):
        return clean(f"{home}/{path[1:]}")
    if not path or _WINDOWS.match(path):
        return path
    return join(base, path)


def file(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of a path."""
    found = text(value, path, reading)
    return found if found is DROP else local(found, reading.base, reading.home)


def source(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of a path to a Compose file, which may lie elsewhere."""
    return value if isinstance(value, str) and is_remote_file(value) else file(value, path, reading)


def present(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of a path whose blank text is the folder itself."""
    return file(value or "." if isinstance(value, str) else value, path, reading)


def watched(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of a watched path: links are followed."""
    found = file(value, path, reading)
    if found is DROP:
        return found
    return reading.resolve(found) if found else reading.fault(path, "is empty", "name the file or folder to watch")


def is_remote(context: str) -> bool:
    """Whether a build context is no folder here."""
    return "://" in context or context.startswith(("service:", *_REMOTE))


def context(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of a build context."""
    found = text(value, path, reading)
    return found if found is DROP or is_remote(found) else local(found, reading.base, reading.home)
