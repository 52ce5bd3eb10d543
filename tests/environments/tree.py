"""Files in memory."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose.request import LoadRequest
from devbox.environments.discover import Environments, find


class Tree:
    """A file system of absolute paths to texts."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = dict(files)

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise FileNotFoundError(path)
        return self._files[path].encode()

    def is_file(self, path: str) -> bool:
        return path in self._files

    def is_dir(self, path: str) -> bool:
        return any(file.startswith(path.rstrip("/") + "/") for file in self._files)

    def list(self, path: str) -> list[str]:
        if not self.is_dir(path):
            raise FileNotFoundError(path)
        top = path.rstrip("/") + "/"
        return sorted({file[len(top) :].split("/")[0] for file in self._files if file.startswith(top)})

    def resolve(self, path: str) -> str:
        return path


def found(
    files: Mapping[str, str] | list[str], cwd: str = "/shop", wanted: str = "", environ: Mapping[str, str] | None = None
) -> Environments:
    """What is found standing in `cwd`; files given as a list are empty Compose files."""
    tree = Tree(files if isinstance(files, Mapping) else dict.fromkeys(files, "services: {}\n"))
    return find(LoadRequest(cwd=cwd, environ=environ or {}), tree, wanted)


def names(environments: Environments) -> list[str]:
    return [environment.name for environment in environments.all]
