"""What devbox remembers between its runs lies whole in the user's state directory, or is not remembered."""

from __future__ import annotations

from pathlib import Path

from devbox.adapters.kept import KeptFiles


def test_what_is_written_is_read_by_another_run(tmp_path: Path) -> None:
    environ = {"XDG_STATE_HOME": str(tmp_path)}
    kept = KeptFiles(environ)
    assert kept.read("debug/shop/breakpoints.json") == ""
    kept.write("debug/shop/breakpoints.json", "one")
    kept.write("debug/shop/breakpoints.json", "zwö")
    assert KeptFiles(environ).read("debug/shop/breakpoints.json") == "zwö"
    assert [one.name for one in (tmp_path / "devbox/debug/shop").iterdir()] == ["breakpoints.json"]


def test_where_it_cannot_be_kept_it_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "devbox").write_text("a file where the folder would be")
    kept = KeptFiles({"XDG_STATE_HOME": str(tmp_path)})
    kept.write("debug/shop/watches.json", "x")
    assert kept.read("debug/shop/watches.json") == ""
