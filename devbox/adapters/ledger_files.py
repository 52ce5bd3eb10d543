"""Ledgers of the file sync, kept below the user's state folder: one file for each, whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from devbox.adapters.threads import Threads
from devbox.sync.stored import LIMIT, Key, Snapshot, decode, encode, key_of

_SUFFIX = ".ledger"
_NAME = 120
"""Characters of a file's name that say what it is of; a digest tells it from others."""


class LocalLedgers:
    """ports.LedgerFiles below $XDG_STATE_HOME/devbox/sync. Where that cannot be written nothing is kept."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        state = environ.get("XDG_STATE_HOME") or str(Path(environ.get("HOME") or "/tmp") / ".local/state")
        self._top = Path(state, "devbox", "sync")
        self._threads = Threads()
        self._seen: dict[Path, tuple[int, int]] = {}
        """Which version of a file this process has read or written last."""

    async def keys(self, engine: str, project: str) -> list[Key]:
        return await self._threads.call(lambda: self._keys(self._folder(engine, project)))

    async def load(self, engine: str, project: str, key: Key) -> Snapshot | None:
        return await self._threads.call(lambda: self._load(self._file(engine, project, key)))

    async def store(self, engine: str, project: str, kept: Mapping[Key, Snapshot]) -> None:
        await self._threads.call(lambda: self._store(engine, project, kept))

    async def drop(self, engine: str, project: str, keys: Iterable[Key]) -> None:
        files = [self._file(engine, project, key) for key in keys]
        await self._threads.call(lambda: self._drop(files))

    def _keys(self, folder: Path) -> list[Key]:
        found = []
        with contextlib.suppress(OSError):
            for file in sorted(folder.glob(f"*{_SUFFIX}")):
                with contextlib.suppress(OSError, UnicodeDecodeError), file.open(encoding="utf-8") as lines:
                    if key := key_of(lines.readline()):
                        found.append(key)
        return found

    def _load(self, file: Path) -> Snapshot | None:
        with contextlib.suppress(OSError, UnicodeDecodeError), file.open(encoding="utf-8", newline="\n") as lines:
            self._seen[file] = _version(os.fstat(lines.fileno()))
            return decode(lines)
        return None

    def _store(self, engine: str, project: str, kept: Mapping[Key, Snapshot]) -> None:
        folder = self._folder(engine, project)
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _locked(folder):
                for key, snapshot in kept.items():
                    self._write(self._file(engine, project, key), key, snapshot)

    def _write(self, file: Path, key: Key, snapshot: Snapshot) -> None:
        if self._is_foreign(file) and (other := self._load(file)):
            snapshot = snapshot.with_later(other)
        if len(snapshot.given) > LIMIT:
            file.unlink(missing_ok=True)
            return
        draft = file.with_suffix(".draft")
        try:
            with draft.open("w", encoding="utf-8", newline="\n") as lines:
                lines.writelines(encode(key, snapshot, time.time()))
            draft.replace(file)
            self._seen[file] = _version(file.stat())
        finally:
            draft.unlink(missing_ok=True)

    def _is_foreign(self, file: Path) -> bool:
        """Whether another process has written it since."""
        try:
            return self._seen.get(file) != _version(file.stat())
        except OSError:
            return False

    def _drop(self, files: Iterable[Path]) -> None:
        for file in files:
            with contextlib.suppress(OSError):
                file.unlink()
            self._seen.pop(file, None)

    def _folder(self, engine: str, project: str) -> Path:
        return self._top / _plain(engine or "engine") / _plain(project)

    def _file(self, engine: str, project: str, key: Key) -> Path:
        told = hashlib.blake2b(repr(key).encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
        return self._folder(engine, project) / f"{_plain(key.text)[:_NAME]}-{told}{_SUFFIX}"


def _plain(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text, flags=re.ASCII).lstrip(".") or "_"


def _version(there: os.stat_result) -> tuple[int, int]:
    return there.st_ino, there.st_mtime_ns


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time writes in it."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
