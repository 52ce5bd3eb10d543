"""Files that hold secrets: looked at, and made so that their readers and nobody else can read them."""

from __future__ import annotations

import os
import secrets
import stat
import string
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from devbox.adapters import acl
from devbox.environments.access import Access
from devbox.environments.credentials import digest
from devbox.environments.secret_file import FileKind, Recipe, RightsRefused, SecretFile

_FOLDER, _FILE = 0o700, 0o600
_BYTES = 32
_URL_SAFE = string.ascii_letters + string.digits + "-_"


class LocalSecretFiles:
    """SecretFiles over this machine's file system."""

    def look(self, path: str) -> SecretFile | None:
        file = Path(path)
        try:
            found = file.stat()
        except FileNotFoundError:
            return None
        access = _access(file, found)
        if stat.S_ISDIR(found.st_mode):
            return SecretFile(kind=FileKind.FOLDER, access=access)
        if not stat.S_ISREG(found.st_mode):
            return SecretFile(kind=FileKind.OTHER, access=access)
        try:
            content = file.read_bytes()
        except PermissionError:
            return SecretFile(kind=FileKind.FILE, access=access, is_empty=not found.st_size)
        return SecretFile(kind=FileKind.FILE, access=access, is_empty=not content.strip(), digest=digest(content))

    def make(self, path: str, recipe: Recipe, readers: Sequence[int], *, replace: bool = False) -> None:
        file = Path(path)
        _make_folder(file.parent)
        if not replace and (file.exists() or file.is_symlink()):
            raise FileExistsError(path)
        # Under its own name only when it is whole: who is interrupted leaves nothing that looks like a secret.
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _FILE)
            with os.fdopen(handle, "w") as writing:
                os.fchmod(handle, _FILE)
                writing.write(_made_up(recipe))
                writing.flush()
                os.fsync(handle)
            self.grant(str(draft), readers)
            if replace:
                draft.replace(file)
            else:
                file.hardlink_to(draft)  # fails where something came in between
        finally:
            draft.unlink(missing_ok=True)

    def grant(self, path: str, readers: Sequence[int]) -> None:
        found = Path(path).stat()
        strangers = [uid for uid in dict.fromkeys(readers) if uid != found.st_uid]
        if not strangers or sys.platform != "linux":
            return
        try:
            acl.add_readers(path, stat.S_IMODE(found.st_mode), strangers)
        except OSError as error:
            if error.errno not in acl.WITHOUT:
                raise
            if len(strangers) == 1 and os.geteuid() == 0:
                os.chown(path, strangers[0], -1)
                return
            users = ", ".join(str(uid) for uid in strangers)
            raise RightsRefused(
                f"{Path(path).parent} cannot hold a secret that the users {users} alone may read: "
                "its file system keeps no access lists.",
                hint="Keep the secrets on ext4, xfs, btrfs or tmpfs; or make the file yourself, in a folder of mode "
                "0700, and let all read it (chmod 0444): on this machine the folder keeps everybody else out.",
            ) from error


def _made_up(recipe: Recipe) -> str:
    if not recipe.length and not recipe.alphabet:
        return secrets.token_urlsafe(_BYTES)
    alphabet = recipe.alphabet or _URL_SAFE
    return "".join(secrets.choice(alphabet) for _ in range(recipe.length or _BYTES))


def _access(file: Path, found: os.stat_result) -> Access | None:
    if sys.platform != "linux":
        return None
    mode, entries = found.st_mode, acl.read(str(file))
    return Access(
        owner=found.st_uid,
        group=found.st_gid,
        owner_reads=bool(mode & stat.S_IRUSR),
        group_reads=entries.owning_group_reads() if entries else bool(mode & stat.S_IRGRP),
        others_read=bool(mode & stat.S_IROTH),
        users=entries.users() if entries else {},
        groups=entries.groups() if entries else {},
        sheltered=not file.parent.stat().st_mode & stat.S_IXOTH,
    )


def _make_folder(folder: Path) -> None:
    """Make it and what is missing above it, for its owner alone (`mkdir(parents=True)` gives those above to others)."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(_FOLDER)
        folder.chmod(_FOLDER)
