"""What an archive of a container's folder tells, and how it compares to the host's."""

from __future__ import annotations

import io
import tarfile

from devbox.adapters.held import digest, digests
from devbox.sync.compare import Difference, Fault, Held, compare
from devbox.sync.entry import Kind


def archive(*members: tuple[str, bytes, str]) -> io.BytesIO:
    """(name, type, content or target) each."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, type, text in members:
            one = tarfile.TarInfo(name)
            one.type, one.mode = type, 0o644
            if type == tarfile.REGTYPE:
                one.size = len(text)
            else:
                one.linkname = text
            tar.addfile(one, io.BytesIO(text.encode()))
    buffer.seek(0)
    return buffer


def test_paths_are_relative_and_a_second_name_of_a_file_has_its_content() -> None:
    found = digests(
        archive(
            ("app/", tarfile.DIRTYPE, ""),
            ("app/a", tarfile.REGTYPE, "hello"),
            ("app/b", tarfile.LNKTYPE, "app/a"),
            ("app/c", tarfile.SYMTYPE, "a"),
        )
    )
    hello = Held(kind=Kind.FILE, mode=0o644, digest=digest(io.BytesIO(b"hello")))
    assert found == {
        "": Held(kind=Kind.FOLDER, mode=0o644),
        "a": hello,
        "b": hello,
        "c": Held(kind=Kind.LINK, mode=0o644, link="a"),
    }


def test_a_file_alone_is_the_root_itself() -> None:
    assert list(digests(archive(("conf.ini", tarfile.REGTYPE, "x")))) == [""]


def test_nothing_at_all_is_nothing() -> None:
    assert digests(io.BytesIO()) == {}


def test_what_only_the_container_has_is_extra_where_it_was_given() -> None:
    there = {"own": Held(kind=Kind.FILE, digest="1"), "given": Held(kind=Kind.FILE, digest="2")}
    assert compare({}, there, ["given", "gone"]) == (Difference(path="given", fault=Fault.EXTRA),)


def test_a_file_that_cannot_be_read_here_is_no_match() -> None:
    here, there = {"a": Held(kind=Kind.FILE)}, {"a": Held(kind=Kind.FILE, digest="1")}
    assert compare(here, there) == (Difference(path="a", fault=Fault.UNREADABLE),)
