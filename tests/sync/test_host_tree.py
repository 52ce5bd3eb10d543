"""Files of this machine: what lies where, and what is packed of it."""

from __future__ import annotations

import io
import tarfile
from contextlib import aclosing
from pathlib import Path

import pytest

from devbox.adapters import changes
from devbox.adapters.host_tree import HostTree
from devbox.compose.model import Service, WatchRule
from devbox.ports import Owner
from devbox.sync.entry import Entry, Kind
from devbox.sync.rules import Rule, rules


def rule(root: Path) -> Rule:
    (found,) = rules(
        [Service(name="api", watch=(WatchRule(action="sync", path=str(root), target="/app"),))], lambda folder: ()
    )
    return found


async def test_links_in_a_circle_are_links(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to(".")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "up").symlink_to("..")
    found = await HostTree().scan(rule(tmp_path))
    assert {path: entry.link for path, entry in found.items() if entry.kind is Kind.LINK} == {
        "self": ".",
        "one": "two",
        "two": "one",
        "in/up": "..",
    }


async def test_a_file_of_elsewhere_that_a_link_names_goes_along(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "link").symlink_to("../outside")
    found = await HostTree().scan(rule(tmp_path / "src"))
    assert found["link"].kind is Kind.FILE


async def test_a_file_that_is_gone_when_it_is_read_is_left_out_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    entry = Entry(kind=Kind.FILE, size=1)
    files = [(str(tmp_path / name), f"app/{name}", entry) for name in ("gone", "there")]
    packed = await HostTree().pack(files, Owner())
    assert (list(packed.entries), dict(packed.unread)) == (["app/there"], {})
    with tarfile.open(fileobj=io.BytesIO(packed.archive)) as tar:
        assert tar.getnames() == ["app/there"]


async def test_what_is_no_file_any_more_when_it_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "now a folder").mkdir()
    packed = await HostTree().pack([(str(tmp_path / "now a folder"), "app/x", Entry(kind=Kind.FILE))], Owner())
    assert list(packed.unread) == ["app/x"]


async def test_a_save_after_a_long_rest_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_REST", 0.0)
    async with aclosing(HostTree().changes([str(tmp_path)])) as batches:
        assert await anext(batches) == []
        (tmp_path / "a").write_text("x")
        assert await anext(batches) == [str(tmp_path / "a")]
