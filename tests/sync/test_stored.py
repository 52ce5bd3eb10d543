"""Ledgers as they are kept: whole, together with what another process has noted, or not at all."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devbox.adapters.ledger_files import LocalLedgers
from devbox.sync import stored
from devbox.sync.entry import Entry, Kind
from devbox.sync.ledger import Given, Missed
from devbox.sync.stored import Key, Snapshot, decode, encode, key_of

KEY = Key(kind="volume", name="shop_v", life="2026-01-02T03:04:05Z", part="a/b")
FILE = Entry(kind=Kind.FILE, mode=0o640, size=3, mtime=1_700_000_000_000_000_001, changed=2)
_text = st.text() | st.just("new\nline") | st.just("\udcff")
_entries = st.builds(
    Entry,
    kind=st.sampled_from(Kind),
    mode=st.integers(0, 0o7777),
    size=st.integers(0, 2**60),
    mtime=st.integers(-(2**62), 2**62),
    changed=st.integers(0, 2**62),
    link=_text,
)
_given = st.builds(Given, entry=_entries, at=st.just(12.5), root=_text, sure=st.booleans(), digest=_text)
_missed = st.builds(Missed, error=_text, at=st.just(1.25), root=_text)


def snapshot(**given: Given) -> Snapshot:
    return Snapshot(given=given, missed={})


def ledgers(folder: Path) -> LocalLedgers:
    return LocalLedgers({"XDG_STATE_HOME": str(folder)})


def kept_in(folder: Path) -> Path:
    (file,) = folder.rglob("*.ledger")
    return file


async def write_for_ever(folder: Path) -> None:
    """Until it is killed; a line for each time."""
    while True:
        of = await ledgers(folder).load("engine", "shop", KEY)
        assert of is not None
        await ledgers(folder).store("engine", "shop", {KEY: of})
        print("written", flush=True)


@given(st.dictionaries(_text, _given, max_size=5), st.dictionaries(_text, _missed, max_size=3))
def test_what_is_read_is_what_was_written(given: dict[str, Given], missed: dict[str, Missed]) -> None:
    lines = list(encode(KEY, Snapshot(given=given, missed=missed), now=12.5))
    assert key_of(lines[0]) == KEY
    assert decode(lines) == Snapshot(given=given, missed=missed)


def test_that_something_was_deleted_is_forgotten_after_a_while() -> None:
    of = snapshot(a=Given(entry=None, at=0.0))
    assert decode(encode(KEY, of, now=1.0)) == of
    assert decode(encode(KEY, of, now=stored.REMEMBERED + 1)) == snapshot()


HUGE = '["/a", 1, 0, 1, "", ["file", 420, 1e999, 0, 0, ""]]'


@pytest.mark.parametrize(
    "text", ["", "no JSON", "{}", '{"form": 2, "key": ["a", "b", "", ""], "roots": []}', "\0\0", HUGE]
)
async def test_a_broken_file_is_none(tmp_path: Path, text: str) -> None:
    await ledgers(tmp_path).store("engine", "shop", {KEY: snapshot(a=Given(entry=FILE, at=1.0))})
    file = kept_in(tmp_path)
    head = file.read_text().partition("\n")[0]
    for broken in (text, f"{head}\n{text or '['}\n"):
        file.write_text(broken)
        assert await ledgers(tmp_path).load("engine", "shop", KEY) is None


async def test_two_processes_keep_what_either_has_noted_last(tmp_path: Path) -> None:
    one, two = ledgers(tmp_path), ledgers(tmp_path)
    old, new, other = (Given(entry=FILE, at=at, root="/src") for at in (1.0, 2.0, 3.0))
    await one.store("engine", "shop", {KEY: snapshot(a=new, b=old)})
    await two.store("engine", "shop", {KEY: snapshot(a=old, b=new, c=other)})
    assert await one.load("engine", "shop", KEY) == snapshot(a=new, b=new, c=other)


async def test_who_is_killed_while_it_writes_leaves_what_was_there(tmp_path: Path) -> None:
    whole = snapshot(**{f"/file {number}": Given(entry=FILE, at=1.0) for number in range(2000)})
    await ledgers(tmp_path).store("engine", "shop", {KEY: whole})
    code = f"import tests.sync.test_stored as t; t.asyncio.run(t.write_for_ever(t.Path({str(tmp_path)!r})))"
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        process.kill()
        await process.communicate()
        assert await ledgers(tmp_path).load("engine", "shop", KEY) == whole


async def test_more_than_is_worth_it_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devbox.adapters.ledger_files.LIMIT", 2)
    kept = ledgers(tmp_path)
    await kept.store("engine", "shop", {KEY: snapshot(a=Given(entry=FILE, at=1.0))})
    many = snapshot(**{name: Given(entry=FILE, at=1.0) for name in "abc"})
    await kept.store("engine", "shop", {KEY: many})
    assert await kept.keys("engine", "shop") == []


async def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "devbox").write_text("a file")
    kept = ledgers(tmp_path)
    await kept.store("engine", "shop", {KEY: snapshot()})
    assert (await kept.keys("engine", "shop"), await kept.load("engine", "shop", KEY)) == ([], None)
    await kept.drop("engine", "shop", [KEY])
