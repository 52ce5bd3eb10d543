"""What a place was given, and what it lacks."""

from __future__ import annotations

import pytest

from devbox.sync.entry import Entry, Kind
from devbox.sync.ledger import Given, Lack, Ledger, Missed

FOLDER = Entry(kind=Kind.FOLDER, mode=0o755)


def file(mtime: int = 1) -> Entry:
    return Entry(kind=Kind.FILE, size=3, mtime=mtime)


def given(**entries: Entry | None) -> Ledger:
    ledger = Ledger()
    ledger.note(Lack(write=tuple((path, entry) for path, entry in entries.items() if entry is not None)), at=0.0)
    return ledger


def test_what_was_never_given_is_lacking() -> None:
    assert Ledger().lacks({"/a": file()}) == Lack(write=(("/a", file()),))


def test_what_was_given_as_it_is_now_is_not() -> None:
    assert not given(**{"/a": file()}).lacks({"/a": file()})


def test_a_later_state_is() -> None:
    assert given(**{"/a": file(1)}).lacks({"/a": file(2)}) == Lack(write=(("/a", file(2)),))


def test_what_is_gone_is_deleted_though_it_was_never_given() -> None:
    assert Ledger().lacks({"/a": None}) == Lack(delete=("/a",))


def test_a_folder_is_deleted_once_with_all_in_it() -> None:
    assert Ledger().lacks({"/d": None, "/d/a": None, "/d/e/b": None}) == Lack(delete=("/d",))


def test_a_deleted_folder_takes_what_was_given_below_it() -> None:
    ledger = given(**{"/d": FOLDER, "/d/a": file()})
    ledger.note(Lack(delete=("/d",)), at=1.0)
    assert ledger.lacks({"/d": FOLDER, "/d/a": file()}) == Lack(write=(("/d", FOLDER), ("/d/a", file())))


def test_a_folder_in_the_place_of_a_file_replaces_it() -> None:
    assert given(**{"/a": file()}).lacks({"/a": FOLDER}) == Lack(write=(("/a", FOLDER),), delete=("/a",))


def test_only_what_is_in_the_way_of_a_file_is_deleted_before_it() -> None:
    lack = Lack(write=(("/d/new", file()), ("/was a folder", file())), delete=("/d/tmp", "/was a folder"))
    assert lack.in_the_way() == ("/was a folder",)


def test_what_another_rule_has_given_is_no_business_of_this_one() -> None:
    ledger = Ledger()
    ledger.note(Lack(write=(("/app/a", file()),)), at=0.0, root="/src")
    ledger.note(Lack(write=(("/app/static/b", file()),)), at=0.0, root="/static")
    assert ledger.below(["/app"], "/src") == ["/app/a"]


def test_what_was_not_sent_to_the_end_is_lacking_and_known_to_be_there_perhaps() -> None:
    ledger = Ledger()
    ledger.intend([("/a", file())], at=0.0, root="/src")
    assert ledger.lacks({"/a": file()}) == Lack(write=(("/a", file()),))
    assert ledger.below([""], "/src") == ["/a"]


def test_what_may_have_changed_again_without_showing_it_is_looked_at_again() -> None:
    ledger = Ledger()
    ledger.note(Lack(write=(("/a", file()),)), at=0.0, digests={"/a": "d1"}, unsure=["/a"])
    assert ledger.lacks({"/a": file()}) == Lack(write=(("/a", file()),))
    assert ledger.doubts(["/a"]) == {"/a": "d1"}
    ledger.note(Lack(write=(("/a", file()),)), at=1.0, digests={"/a": "d1"})
    assert not ledger.lacks({"/a": file()})


def test_a_deletion_that_is_broken_off_leaves_all_of_the_folder_in_doubt() -> None:
    ledger = given(**{"/d": FOLDER, "/d/a": file()})
    ledger.unsettle(["/d"], below=True)
    assert ledger.lacks({"/d": FOLDER, "/d/a": file()}) == Lack(write=(("/d", FOLDER), ("/d/a", file())))


@pytest.mark.parametrize("now", [Entry(kind=Kind.LINK, link="elsewhere"), file(), None])
def test_what_lay_below_a_folder_that_is_none_any_more_is_gone_with_it(now: Entry | None) -> None:
    ledger = Ledger()
    ledger.note(Lack(write=(("/d", now),)) if now else Lack(delete=("/d",)), at=0.0)
    assert not ledger.lacks({"/d/a": None})


def test_a_file_below_a_deleted_folder_brought_the_folder_back_with_it() -> None:
    ledger = given(**{"/d": FOLDER, "/d/a": file()})
    ledger.note(Lack(delete=("/d",)), at=1.0)
    ledger.note(Lack(write=(("/d/b", file()),)), at=2.0)  # unpacking it makes the folder
    assert ledger.lacks({"/d": None, "/d/b": None}) == Lack(delete=("/d",))


def test_so_did_one_that_was_perhaps_written() -> None:
    ledger = given(**{"/d": FOLDER})
    ledger.note(Lack(delete=("/d",)), at=1.0)
    ledger.intend([("/d/e/b", file())], at=2.0)
    assert ledger.lacks({"/d": None}) == Lack(delete=("/d",))


def test_what_was_missed_is_known_beside_what_was_noted_before() -> None:
    missed = {"/a": Missed(error="no space", at=1.0)}
    assert Ledger({"/a": Given(entry=None, at=0.0)}, missed).missed() == missed
