"""Files that hold secrets, as they are looked at and made: what one holds never leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from devbox.environments.access import Access
from devbox.errors import DevboxError
from devbox.record import dataclass


class FileKind(Enum):
    """What stands at the path; OTHER is a device such as /dev/null, which says that there is nothing on purpose."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """`digest` tells one content from another (devbox.environments.credentials.digest); "": it cannot be read here.

    `access` None: not this machine's rights decide who reads it (the file sharing of Docker Desktop does).
    """

    kind: FileKind
    access: Access | None
    is_empty: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a secret is made up: so many characters of the alphabet; 0 and "": 256 bits of letters, digits, - and _."""

    length: int = 0
    alphabet: str = ""


class SecretFiles(Protocol):
    """How secrets are looked at and made on this machine; errors are OSError."""

    def look(self, path: str) -> SecretFile | None:
        """What is there; None: nothing."""

    def make(self, path: str, recipe: Recipe, readers: Sequence[int], *, replace: bool = False) -> None:
        """Write a random secret, whole, for its owner and those users to read and nobody else; folders are made.

        FileExistsError unless it may be replaced; RightsRefused where the file system cannot keep such rights.
        """

    def grant(self, path: str, readers: Sequence[int]) -> None:
        """Let those users read a file that is there, too (RightsRefused)."""


class RightsRefused(DevboxError):
    """The file system of a secret cannot let its readers in and keep everybody else out."""
