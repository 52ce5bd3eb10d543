"""The file system as a load sees it."""

from __future__ import annotations

from pathlib import Path


class LocalFiles:
    """FileReader over this machine's file system; errors are OSError."""

    def read(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def is_file(self, path: str) -> bool:
        return Path(path).is_file()

    def is_dir(self, path: str) -> bool:
        return Path(path).is_dir()

    def list(self, path: str) -> list[str]:
        """The names in the folder `path`, sorted."""
        return sorted(entry.name for entry in Path(path).iterdir())

    def resolve(self, path: str) -> str:
        """The path with symbolic links followed; parts that do not exist are kept."""
        return str(Path(path).resolve())
