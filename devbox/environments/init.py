"""Making the secrets of an environment that are not there, for those to read who use them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import Enum

from devbox.compose.model import Project
from devbox.environments.making import Making
from devbox.environments.readers import Secret, used_secrets
from devbox.environments.secret_faults import kept_out
from devbox.environments.secret_file import FileKind, Recipe, SecretFiles
from devbox.record import dataclass


class Result(Enum):
    """What became of a secret."""

    MADE = "made"
    REPLACED = "replaced"
    KEPT = "kept"
    OPENED = "opened"
    """It was there, and a service that could not read it now can."""
    LEFT = "left"
    """It is not there and not ours to make; `note` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """`note` is what remains to be known."""

    secret: Secret
    result: Result
    note: str = ""


def missing_secrets(project: Project, files: SecretFiles, making: Making) -> tuple[Secret, ...]:
    """Those that `init` would make."""
    return tuple(
        one
        for one in used_secrets(project)
        if one.object.file and making.covers(one.object.file) and files.look(one.object.file) is None
    )


def init(project: Project, files: SecretFiles, making: Making, replaced: Collection[str] = ()) -> Iterator[Made]:
    """Make each secret of a file that is missing within the project, and anew those named in `replaced`.

    Each is made as it is asked for. OSError and RightsRefused end it; what was made until then stays.
    """
    for secret in used_secrets(project):
        if secret.object.file:
            yield _one(secret, files, making, replace=secret.object.key in replaced)


def _one(secret: Secret, files: SecretFiles, making: Making, *, replace: bool) -> Made:
    path = secret.object.file
    there = files.look(path)
    if there is not None and not replace:
        if not making.covers(path) or there.kind is not FileKind.FILE:
            return Made(secret=secret, result=Result.KEPT)
        strangers = [one.uid for one in kept_out(secret, there) if one.uid is not None]
        if not strangers:
            return Made(secret=secret, result=Result.KEPT, note="it is empty" if there.is_empty else "")
        files.grant(path, strangers)
        return Made(secret=secret, result=Result.OPENED)
    if not making.covers(path):
        return Made(secret=secret, result=Result.LEFT, note=making.hint(path))
    readers = [one.uid for one in secret.readers if one.uid is not None and not one.is_mighty]
    recipe = Recipe(length=secret.object.length, alphabet=secret.object.alphabet)
    files.make(path, recipe, readers, replace=replace)
    nameless = [one.service for one in secret.readers if one.uid is None]
    note = f"{', '.join(nameless)}: without a number in `user:` nobody knows who reads it there" if nameless else ""
    return Made(secret=secret, result=Result.REPLACED if there else Result.MADE, note=note)
