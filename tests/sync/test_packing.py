"""Archives of files that are read while they are sent."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path

from devbox.adapters.packing import Packing
from devbox.ports import Owner
from devbox.sync.entry import Entry, Kind

FILE = Entry(kind=Kind.FILE)


def unpacked(archive: Iterable[bytes]) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(b"".join(archive))) as tar:
        files = {one.name: tar.extractfile(one) for one in tar}
        return {name: file.read() if file else b"" for name, file in files.items()}


def test_a_file_is_packed_as_it_is_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"later")
    os.utime(tmp_path / "a", ns=(0, 1_500_000_000))
    packing = Packing([(str(tmp_path / "a"), "app/a", Entry(kind=Kind.FILE, size=2))], Owner())
    assert unpacked(packing) == {"app/a": b"later"}
    (entry,) = packing.entries.values()
    assert (entry.size, entry.mtime) == (5, 1_500_000_000)


def test_a_big_one_comes_in_pieces(tmp_path: Path) -> None:
    content = os.urandom(1_000_001)
    (tmp_path / "a").write_bytes(content)
    pieces = list(Packing([(str(tmp_path / "a"), "a", FILE)], Owner()))
    assert max(map(len, pieces)) < 600_000
    assert unpacked(pieces) == {"a": content}


def test_one_that_is_gone_is_left_out_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    packing = Packing([(str(tmp_path / name), f"app/{name}", FILE) for name in ("gone", "there")], Owner())
    assert unpacked(packing) == {"app/there": b"x"}
    assert (list(packing.entries), packing.unread) == (["app/there"], {})


def test_what_is_no_file_any_more_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "now a pipe")
    (tmp_path / "now a folder").mkdir()
    files = [(str(tmp_path / name), f"app/{name}", FILE) for name in ("now a folder", "now a pipe")]
    packing = Packing(files, Owner())
    assert unpacked(packing) == {}
    assert list(packing.unread) == ["app/now a folder", "app/now a pipe"]


def test_one_that_is_cut_short_while_it_is_read_spoils_no_other_and_is_not_noted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2_000_000))
    (tmp_path / "b").write_text("x")
    packing = Packing([(str(tmp_path / name), name, FILE) for name in "ab"], Owner())
    pieces = iter(packing)
    archive = [next(pieces)]
    os.truncate(tmp_path / "a", 10)
    found = unpacked([*archive, *pieces])
    assert (len(found["a"]), found["b"]) == (2_000_000, b"x")
    assert list(packing.entries) == ["b"]


def test_it_can_be_read_again(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    packing = Packing([(str(tmp_path / "a"), "a", FILE)], Owner())
    assert unpacked(packing) == unpacked(packing)
    assert list(packing.entries) == ["a"]
