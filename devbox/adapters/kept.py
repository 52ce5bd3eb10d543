"""What devbox remembers of a project between its runs, as files of the user's."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


class KeptFiles:
    """ports.Kept below $XDG_STATE_HOME/devbox."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        state = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME") or "/tmp") / ".local/state")
        self._folder = Path(state) / "devbox"

    def read(self, name: str) -> str:
        try:
            return (self._folder / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def write(self, name: str, text: str) -> None:
        file = self._folder / name
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_text(text, encoding="utf-8")
            draft.replace(file)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
