"""Passwords of one's own: made by a script, kept when they are there, readable by the services, unknown to git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.stack.stack import ROOT

GENERATE = ROOT / "config/secrets/generate"


def test_passwords_are_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    subprocess.run([GENERATE, folder], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(made) == {"postgres_password", "redis_password"}
    assert all(len(password) >= 32 and password.isalnum() for password in made.values())
    assert len(set(made.values())) == 2

    again = subprocess.run([GENERATE, folder], check=True, capture_output=True, text=True)

    assert {path.name: path.read_text() for path in folder.iterdir()} == made
    assert again.stdout.count("kept") == 2


def test_services_of_their_own_users_can_read_them(tmp_path: Path) -> None:
    subprocess.run([GENERATE, tmp_path / "mine"], check=True, capture_output=True)
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in (tmp_path / "mine").iterdir())


def test_git_ignores_all_but_the_example() -> None:
    made = "config/secrets/stage/postgres_password"
    kept = "config/secrets/example/postgres_password"
    ignored = subprocess.run(["git", "check-ignore", made, kept], cwd=ROOT, capture_output=True, text=True)
    assert ignored.stdout.split() == [made]
