"""The file system as a load sees it."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from devbox.compose.remote import Fetched, Remote

_NOTHING: Mapping[str, str] = MappingProxyType({})


class LocalFiles:
    """FileReader over this machine's file system; errors are OSError. `environ` is the shell's environment."""

    def __init__(self, environ: Mapping[str, str] = _NOTHING) -> None:
        self._environ = environ
        self._fetched: dict[Remote, Fetched] = {}
        self._piped: dict[str, bytes] = {}
        """What came through pipes (`-f <(...)`): it comes once."""

    def read(self, path: str) -> bytes:
        if path in self._piped:
            return self._piped[path]
        try:
            with Path(path).open("rb", buffering=0) as file:
                content = file.read()
                if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
                    self._piped[path] = content
        except ValueError as error:
            raise OSError(errno.EINVAL, f"no file can be called so: {error}", path) from error
        return content

    def is_file(self, path: str) -> bool:
        return Path(path).is_file()

    def is_dir(self, path: str) -> bool:
        return Path(path).is_dir()

    def list(self, path: str) -> list[str]:
        """The names in the folder `path`, sorted."""
        return sorted(entry.name for entry in Path(path).iterdir())

    def stamp(self, path: str) -> int:
        """When a name came or went last in the folder `path`, in nanoseconds; 0 where it cannot be looked at."""
        try:
            return Path(path).stat().st_mtime_ns
        except (OSError, ValueError):
            return 0

    def resolve(self, path: str) -> str:
        """The path with symbolic links followed; parts that do not exist are kept."""
        return str(Path(path).resolve())

    def fetch(self, remote: Remote) -> Fetched:
        """Something that lies elsewhere, as files here, asked for once a process; RemoteFailed."""
        if remote not in self._fetched:
            from devbox.adapters.remote import fetch

            self._fetched[remote] = fetch(remote, self._environ)
        return self._fetched[remote]
