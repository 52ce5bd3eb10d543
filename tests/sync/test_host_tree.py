"""Files of this machine: what lies where, and what is packed of it."""

from __future__ import annotations

from pathlib import Path

from devbox.adapters.host_tree import HostTree
from devbox.compose.model import Service, WatchRule
from devbox.sync.entry import Kind
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
