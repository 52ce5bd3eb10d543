"""What the kernel leaves out of a watch without a word: it is watched all the same, or said."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from devbox.adapters import changes
from devbox.adapters.host_tree import HostTree
from devbox.errors import DevboxError
from devbox.ports import Changes

AS_NOBODY = """
import os, sys
from devbox.adapters import notifier
from devbox.adapters.changes import ChangeSource
os.setuid(65534)
source = ChangeSource([sys.argv[1]])
print(*source.read().paths, flush=True)
heard = set()
while len(heard) < 9:
    heard |= set(source.read().paths)
print(*sorted(heard), flush=True)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Which everybody may enter, other than pytest's own."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_what_lies_beside_a_folder_that_may_not_be_read_is_watched_however_they_are_listed(open_folder: Path) -> None:
    for name in "abcdef":
        (open_folder / name / "deep").mkdir(parents=True)
    for closed in ("b", "d/deep", "e"):
        (open_folder / closed).chmod(0o700)
    command = [sys.executable, "-c", AS_NOBODY, str(open_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        try:
            assert watching.stdout is not None
            assert watching.stdout.readline() == "\n"
            wanted = [open_folder / name / "x" for name in ("a", "a/deep", "c", "c/deep", "d", "f", "f/deep", ".")]
            for file in wanted:
                file.write_text("x")
            wanted.append(open_folder / "a" / "new")
            wanted[-1].mkdir()
            assert watching.stdout.readline().split() == sorted(map(str, wanted))
        finally:
            watching.kill()


async def test_that_the_kernel_watches_no_more_folders_is_said_with_the_limit_that_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with aclosing(HostTree().changes([str(tmp_path)])) as batches:
        assert await anext(batches) == Changes()
        monkeypatch.setattr(changes.WatchLimit, "reached", lambda limit, folder: True)
        (tmp_path / "new").mkdir()
        with pytest.raises(DevboxError, match=r"fs\.inotify\.max_user_watches=\d+") as told:
            await anext(batches)
    assert "sudo sysctl fs.inotify.max_user_watches=" in told.value.hint
