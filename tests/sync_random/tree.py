"""Things that people, editors and checkouts do to a tree of files, each told by a few numbers."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

FOLDERS = ("", "d", "d/deep", "d/deep/er", "Case", "case", "with space", "-rf", "ü/ß", "cache")
NAMES = ("a", "b", "A", "with space", "né", "new\nline", "-x", "'$(quoted)\"", "x" * 120, ".hidden")
_MODES = (0o644, 0o600, 0o755, 0o640)
_BIG = 2_500_000

Operation = tuple[int, int, int, int]
"""Which one, where, what else, and a number that makes contents differ."""


def apply(root: Path, operation: Operation) -> str:
    """Do it to the tree below `root`; its name."""
    kind, first, second, number = operation
    do = _ALL[kind % len(_ALL)]
    with contextlib.suppress(OSError):  # as it is for anybody: the folder is not there, or it is no folder
        do(root, root / _name(first), root / _name(second), number)
    return do.__name__.strip("_")


def _name(number: int) -> str:
    folder, name = FOLDERS[number % len(FOLDERS)], NAMES[number // len(FOLDERS) % len(NAMES)]
    return f"{folder}/{name}" if folder else name


def _write(root: Path, path: Path, other: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{number:08}")  # often the size that it had


def _save_by_rename(root: Path, path: Path, other: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"draft-{number}")
    draft.write_text(f"saved {number}" * (number % 50))
    draft.replace(path)


def _append(root: Path, path: Path, other: Path, number: int) -> None:
    with path.open("a") as file:
        file.write(f"and {number}\n")


def _delete(root: Path, path: Path, other: Path, number: int) -> None:
    path.unlink()


def _rename(root: Path, path: Path, other: Path, number: int) -> None:
    other.parent.mkdir(parents=True, exist_ok=True)
    path.rename(other)


def _rename_folder(root: Path, path: Path, other: Path, number: int) -> None:
    if path.parent != root:
        path.parent.rename(other.parent)


def _make_folder(root: Path, path: Path, other: Path, number: int) -> None:
    path.mkdir(parents=True)


def _remove_folder(root: Path, path: Path, other: Path, number: int) -> None:
    if path.parent != root:
        shutil.rmtree(path.parent)


def _link(root: Path, path: Path, other: Path, number: int) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(os.path.relpath(other, path.parent))


def _chmod(root: Path, path: Path, other: Path, number: int) -> None:
    path.chmod(_MODES[number % len(_MODES)])


def _change_case(root: Path, path: Path, other: Path, number: int) -> None:
    path.rename(path.with_name(path.name.swapcase()))


def _write_big(root: Path, path: Path, other: Path, number: int) -> None:
    if number % 4 == 0:
        path.write_bytes(number.to_bytes(8, "big") * (_BIG // 8))


def _swap(root: Path, path: Path, other: Path, number: int) -> None:
    """A folder where a file was, or a file where a folder was."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        path.write_text(f"a file now {number}")
    else:
        path.unlink()
        path.mkdir()
        (path / "inside").write_text(f"{number}")


def _exchange(root: Path, path: Path, other: Path, number: int) -> None:
    """Two names change places."""
    draft = root / f"exchange-{number}"
    path.rename(draft)
    other.rename(path)
    draft.rename(other)


_ALL: tuple[Callable[[Path, Path, Path, int], None], ...] = (
    _write, _write, _write, _save_by_rename, _save_by_rename, _append, _delete, _rename, _rename_folder, _make_folder,
    _remove_folder, _link, _chmod, _change_case, _write_big, _swap, _exchange,
)  # fmt: skip
