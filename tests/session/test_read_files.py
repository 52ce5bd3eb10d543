"""What a load read is known exactly: what decides it is watched, and what is the same again is no change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from devbox.adapters.files import LocalFiles
from devbox.session.read_files import ReadFiles

CHANGES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (lambda folder: None, []),
    "another content": (lambda folder: (folder / "a").write_text("two"), ["a"]),
    "the same content, saved again": (lambda folder: (folder / "a").write_text("one"), []),
    "a file goes": (lambda folder: (folder / "a").unlink(), ["a"]),
    "one comes that could not be read": (lambda folder: (folder / "gone").write_text(""), ["gone"]),
    "one comes that was looked for": (lambda folder: (folder / "looked").write_text(""), ["looked"]),
    "one that nobody asked for": (lambda folder: (folder / "other").write_text(""), []),
    "one comes that names an environment": (
        lambda folder: (folder / "compose.qa.yml").write_text(""),
        ["compose.qa.yml"],
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_file_is_changed_when_another_answer_is_had_of_it(
    tmp_path: Path, change: Callable[[Path], object], expected: list[str]
) -> None:
    (tmp_path / "a").write_text("one")
    files = ReadFiles(LocalFiles())
    assert files.read(f"{tmp_path}/a") == b"one"
    with pytest.raises(FileNotFoundError):
        files.read(f"{tmp_path}/gone")
    assert not files.is_file(f"{tmp_path}/looked")
    assert files.list(str(tmp_path)) == ["a"]
    change(tmp_path)
    assert files.changed() == tuple(f"{tmp_path}/{name}" for name in expected)


def test_what_was_asked_of_is_watched_but_no_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    files = ReadFiles(LocalFiles())
    with pytest.raises(IsADirectoryError):
        files.read(f"{tmp_path}/folder")
    files.is_file(f"{tmp_path}/b")
    files.list(str(tmp_path))
    assert files.paths == [f"{tmp_path}/b"]
