"""Heads of tar members, read back by the standard library and by busybox."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.adapters import tarball
from tests.real import busybox_binary

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=120)
PATHS = st.lists(PARTS.filter(lambda part: part not in (".", "..")), min_size=1, max_size=5).map("/".join)
NUMBERS = st.one_of(st.integers(0, 2**21), st.integers(0, 2**31))
TIMES = st.one_of(st.integers(0, 2**33), st.integers(-(2**40), 2**60))


@given(path=PATHS, mode=st.integers(0, 0o7777), uid=NUMBERS, gid=NUMBERS, mtime=TIMES, content=st.binary(max_size=1100))
def test_a_file_is_read_back_as_it_was(path: str, mode: int, uid: int, gid: int, mtime: int, content: bytes) -> None:
    size = len(content)
    head = tarball.head(tarball.FILE, path, mode=mode, uid=uid, gid=gid, mtime=mtime, size=size)
    with tarfile.open(fileobj=io.BytesIO(head + content + tarball.padding(size) + tarball.END)) as tar:
        (one,) = tar.getmembers()
        file = tar.extractfile(one)
        assert file is not None
        found = (one.name, one.mode, one.uid, one.gid, int(one.mtime), file.read())
    assert found == (path, mode, uid, gid, mtime, content)


@given(path=PATHS, link=PATHS)
def test_a_link_is_read_back_as_it_was(path: str, link: str) -> None:
    head = tarball.head(tarball.LINK, path, mode=0o777, uid=0, gid=0, mtime=1, link=link)
    with tarfile.open(fileobj=io.BytesIO(head + tarball.END)) as tar:
        assert [(one.name, one.issym(), one.linkname) for one in tar] == [(path, True, link)]


@pytest.mark.parametrize("size", [8**11 - 1, 8**11, 2**40])
def test_a_size_beyond_eight_gigabytes_is_told(size: int) -> None:
    head = tarball.head(tarball.FILE, "big", mode=0o644, uid=0, gid=0, mtime=1, size=size)
    assert tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape").size == size


def test_a_name_that_is_no_text_stays_as_it_is() -> None:
    head = tarball.head(tarball.FOLDER, "caf\udce9", mode=0o755, uid=0, gid=0, mtime=1)
    assert head.startswith(b"caf\xe9\0")


def test_busybox_unpacks_long_names_and_those_beyond_ascii(tmp_path: Path) -> None:
    names = ["ä" * 60 + "/" + "b" * 150, "ü\nx", "plain"]
    members = [tarball.head(tarball.FILE, name, mode=0o644, uid=0, gid=0, mtime=1) for name in names]
    archive = b"".join(members) + tarball.END
    subprocess.run([busybox_binary(), "tar", "-x", "-f", "-", "-C", tmp_path], input=archive, check=True)
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()) == sorted(names)
