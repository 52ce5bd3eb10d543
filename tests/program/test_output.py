"""Output that cannot be written."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.program.terminal import DEVBOX, outer


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`$devbox` in a shell's words."""
    words = ["sh", "-c", line.replace("$devbox", " ".join(DEVBOX))]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, env=outer({}))


def test_a_full_disk_is_told_of(folder: Path) -> None:
    done = shell("$devbox ps >/dev/full", folder)
    assert done.returncode == 1
    assert done.stderr == "error: The disk is full: not all was written.\n  Make room and try again.\n"


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-"])
def test_streams_may_be_closed(folder: Path, closed: str) -> None:
    done = shell(f"$devbox ps {closed}", folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_may_leave_early(folder: Path) -> None:
    done = shell("$devbox ps | true", folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_that_knows_ascii_only(folder: Path, project_name: str) -> None:
    (folder / "compose.yaml").write_text(
        f"name: {project_name}\nservices: {{api: {{image: x, labels: {{who: Jürgen}}}}}}\n"
    )
    done = shell("PYTHONIOENCODING=ascii $devbox config", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "J\\xfcrgen" in done.stdout
