"""What is told of changes to files, and in how many batches."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from devbox.adapters import changes, storm
from devbox.adapters.checkouts import Checkouts
from devbox.adapters.host_tree import HostTree
from devbox.ports import Changes
from tests.eventually import eventually


def git(folder: Path, *words: str) -> None:
    said = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *said, *words], cwd=folder, check=True, capture_output=True)


@asynccontextmanager
async def heard(folder: Path) -> AsyncIterator[AsyncGenerator[Changes, None]]:
    async with aclosing(HostTree().changes([str(folder)])) as batches:
        assert await anext(batches) == Changes()
        yield batches


async def test_a_save_after_a_long_rest_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_REST", 0.0)
    async with heard(tmp_path) as batches:
        (tmp_path / "a").write_text("x")
        assert await anext(batches) == Changes(paths=(str(tmp_path / "a"),))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change begins a storm, which lasts until this machine, however busy, has had time for the next one."""
    monkeypatch.setattr(changes, "_STORM", 1)
    monkeypatch.setattr(storm, "QUIET", 1.0)
    monkeypatch.setattr(storm, "QUIET_LONGEST", 1.0)


@pytest.mark.usefixtures("patient")
async def test_a_storm_is_told_as_it_comes_until_it_is_over(tmp_path: Path) -> None:
    async with heard(tmp_path) as batches:
        (tmp_path / "a").touch()
        assert await anext(batches) == Changes(paths=(str(tmp_path / "a"),), more=True)
        (tmp_path / "b").touch()
        told = [await anext(batches)]
        while told[-1].more:
            told.append(await anext(batches))
        assert str(tmp_path / "b") in {path for batch in told for path in batch.paths}


@pytest.mark.usefixtures("patient")
async def test_a_storm_in_which_the_kernel_may_have_lost_something_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_LOST", 2)
    async with heard(tmp_path) as batches:
        (tmp_path / "a").touch()
        told = [await anext(batches)]
        (tmp_path / "b").touch()
        while told[-1].more:
            told.append(await anext(batches))
        assert [batch.lost for batch in told] == [*[False] * (len(told) - 1), True]


async def test_what_git_changes_is_one_storm_though_it_pauses(tmp_path: Path) -> None:
    src = tmp_path / "src"
    src.mkdir()
    names = [src / str(number) for number in range(5)]
    for name in names:
        name.write_text("x")
    # A filter (as for large files) that waits at every file.
    (tmp_path / ".gitattributes").write_text("src/* filter=slow\n")
    git(tmp_path, "init")
    git(tmp_path, "config", "filter.slow.smudge", "sleep 0.1; cat")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "all")
    for name in names:
        name.unlink()
    async with heard(src) as batches:
        git(tmp_path, "checkout", "--", "src")
        told = await anext(batches)
        found = set(told.paths)
        while told.more:
            told = await anext(batches)
            found |= set(told.paths)
        assert found == {str(name) for name in names}


def test_a_lock_of_git_is_seen_from_a_folder_below_and_in_a_linked_work_tree(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    main.mkdir()
    git(main, "init")
    git(main, "commit", "--allow-empty", "-m", "first")
    git(main, "worktree", "add", str(linked))
    (linked / "src").mkdir()
    found = {folder: Checkouts([str(folder)]) for folder in (main, linked / "src", tmp_path)}
    (main / ".git" / "worktrees" / "linked" / "index.lock").touch()
    assert {folder: one.running() for folder, one in found.items()} == {
        main: False,
        linked / "src": True,
        tmp_path: False,
    }


def test_a_lock_that_was_left_behind_says_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init")
    lock = tmp_path / ".git" / "index.lock"
    lock.touch()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    assert not Checkouts([str(tmp_path)]).running()


async def test_git_is_not_at_work_while_somebody_writes_its_message(tmp_path: Path) -> None:
    lock, done = tmp_path / ".git" / "index.lock", tmp_path / "done"
    git(tmp_path, "init")
    (tmp_path / "a").write_text("x")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    (tmp_path / "a").write_text("y")
    seen = Checkouts([str(tmp_path)])
    editor = f'sh -c "touch {tmp_path}/writing; until test -e {done}; do sleep 0.01; done"'
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", f"core.editor={editor}"]
    commit = await asyncio.create_subprocess_exec("git", *who, "commit", "-a", "--allow-empty-message", cwd=tmp_path)
    try:
        await eventually((tmp_path / "writing").exists)
        assert (lock.exists(), seen.running()) == (True, False)
    finally:
        done.touch()
        await commit.wait()


async def test_what_is_saved_while_another_root_comes_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    src, later = tmp_path / "src", tmp_path / "later"
    src.mkdir()

    def watched(source: changes.ChangeSource) -> object:
        found = watch(source)
        if later.exists():
            (src / "meanwhile").write_text("x")
            found = watch(source)  # which has not heard of it, as one that had not come to that folder yet
        return found

    watch = changes.ChangeSource._watch
    async with aclosing(HostTree().changes([str(src), str(later)])) as batches:
        assert await anext(batches) == Changes()
        monkeypatch.setattr(changes.ChangeSource, "_watch", watched)
        later.mkdir()
        heard: set[str] = set()
        async with asyncio.timeout(30):
            while str(src / "meanwhile") not in heard:
                heard |= set((await anext(batches)).paths)
