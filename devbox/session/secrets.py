"""Making the secrets that an environment lacks, for the session."""

from __future__ import annotations

from devbox.compose.model import Project
from devbox.environments.discover import Environments
from devbox.environments.init import Result, init, missing_secrets
from devbox.environments.making import making
from devbox.errors import DevboxError
from devbox.ports import Outside


def missing(outside: Outside, environments: Environments, project: Project) -> tuple[str, ...]:
    """The files of the current environment that `make` would make."""
    where = making(environments, project, outside.files)
    try:
        return tuple(one.object.file for one in missing_secrets(project, outside.secrets(), where))
    except OSError:
        return ()  # hidden from us, so not ours to make


def make(outside: Outside, environments: Environments, project: Project) -> str:
    """Make them; what was done, in words. DevboxError where one cannot be made."""
    where = making(environments, project, outside.files)
    try:
        done = list(init(project, outside.secrets(), where))
    except OSError as error:
        raise DevboxError(f"{error.filename or 'a secret'} was not made: {error.strerror}") from error
    made = [one.secret.object.file for one in done if one.result in (Result.MADE, Result.OPENED)]
    left = [f"{one.secret.object.file} is not there: {one.note}" for one in done if one.result is Result.LEFT]
    notes = [f"{one.secret.object.key}: {one.note}" for one in done if one.note and one.result is not Result.LEFT]
    first = f"Made {', '.join(made)}." if made else f"No secret of {environments.current.name} was to be made."
    return "\n".join((first, *left, *notes))
