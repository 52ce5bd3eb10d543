"""Compose files in memory, loaded."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.remote import Fetched, Remote
from devbox.compose.request import LoadRequest
from devbox.errors import LoadError, RemoteFailed


class MemoryFiles:
    """FileReader over a mapping of absolute paths."""

    def __init__(self, files: Mapping[str, bytes], remote: Mapping[str, Fetched] = MappingProxyType({})) -> None:
        self._files = files
        self._remote = remote

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self._files[path]

    def is_file(self, path: str) -> bool:
        return path in self._files

    def is_dir(self, path: str) -> bool:
        return any(file.startswith(f"{path.rstrip('/')}/") for file in self._files)

    def list(self, path: str) -> list[str]:
        prefix = f"{path.rstrip('/')}/"
        return sorted({file.removeprefix(prefix).split("/")[0] for file in self._files if file.startswith(prefix)})

    def resolve(self, path: str) -> str:
        return path

    def fetch(self, remote: Remote) -> Fetched:
        if str(remote) not in self._remote:
            raise RemoteFailed(f"{remote} cannot be reached", hint="check the network")
        return self._remote[str(remote)]


def memory(
    files: Mapping[str, str | bytes],
    /,
    *,
    cwd: str = "/work/app",
    remote: Mapping[str, Fetched] = MappingProxyType({}),
    **request: object,
) -> tuple[LoadRequest, MemoryFiles]:
    """What to load, of `files`, whose relative names stand in `cwd`; `request` are fields of LoadRequest.

    `remote` (address -> where it was fetched to) can be reached.
    """
    data = {
        path if path.startswith("/") else f"{cwd}/{path}": text if isinstance(text, bytes) else dedent(text).encode()
        for path, text in files.items()
    }
    given = {"environ": {"HOME": "/home/me"}, **request}
    return LoadRequest(cwd=cwd, **given), MemoryFiles(data, remote)  # type: ignore[arg-type]


def load_files(files: Mapping[str, str | bytes], /, **how: Any) -> Project:
    """Load from `files`, `how` being what `memory` takes."""
    return load(*memory(files, **how))


def load_text(text: str | bytes, /, **request: Any) -> Project:
    """Load one compose.yaml."""
    return load_files({"compose.yaml": text}, **request)


def faults(files: Mapping[str, str | bytes] | str | bytes, /, **request: Any) -> list[str]:
    """Every problem of a load that is refused, as the user reads it, without the folder."""
    mapping = files if isinstance(files, Mapping) else {"compose.yaml": files}
    try:
        load_files(mapping, **request)
    except LoadError as error:
        return [str(problem).replace("/work/app/", "") for problem in error.problems]
    raise AssertionError("the load was not refused")
