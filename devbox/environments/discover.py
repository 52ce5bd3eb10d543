"""Which environments there are where one stands, and which one is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from posixpath import basename, dirname

from devbox.compose.remote import is_remote
from devbox.compose.request import LoadRequest
from devbox.environments.environment import Allowance, Environment
from devbox.environments.folders import Files, absolute, names_in, text_of, upwards
from devbox.environments.isolation import same_project
from devbox.environments.names import declared, normal
from devbox.environments.schema import Described, described
from devbox.environments.unnamed import DEFAULT, Folder, environments, nearest, preferred
from devbox.errors import LoadError, Problem, UsageError
from devbox.record import dataclass

CUSTOM = "custom"
"""The files were chosen by -f or COMPOSE_FILE."""
FILE_NAMES = ("devbox.yaml", "devbox.yml")
_CONFIG = "config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environments:
    """`all` in the order of the file or by name; `current` is one of them; `problems` keep nothing from loading."""

    all: tuple[Environment, ...]
    current: Environment
    problems: tuple[Problem, ...] = ()
    file: str = ""
    """The devbox.yaml that names them; "": discovered, or chosen by hand."""
    allowed: tuple[Allowance, ...] = ()
    default: str = ""
    """The one for development, where one stands when nothing else is said; "": chosen by hand."""

    @property
    def is_apart(self) -> bool:
        """Whether the current one's secrets are to be its own: devbox.yaml names it, and not as the one for
        development."""
        return bool(self.file) and self.current.name != self.default


def find(request: LoadRequest, files: Files, wanted: str = "") -> Environments:
    """The environments of `request.cwd`, and `wanted` or the default of them.

    UsageError if there is no such environment, LoadError if devbox.yaml is wrong or names files that are not there.
    """
    if request.files or (request.environ.get("COMPOSE_FILE") and not wanted):
        if wanted and wanted != CUSTOM:
            raise UsageError(f"-f chooses files, and -e {wanted} an environment.", hint="Leave one of the two out.")
        custom = Environment(name=CUSTOM, files=request.files)
        return Environments(all=(custom,), current=custom)
    start = request.project_directory or request.cwd
    start = absolute(request.cwd, start)
    folder = nearest(start, files)
    named = _described(request.cwd, files)
    if named is not None and not (folder and not wanted and _another(folder, named)):
        return _of_file(named, request, files, wanted)
    return _discovered(folder, request, files, wanted)


def _described(cwd: str, files: Files) -> Described | None:
    for folder in upwards(cwd):
        for place in (folder, absolute(folder, _CONFIG)):
            for name in FILE_NAMES:
                path = absolute(place, name)
                if files.is_file(path):
                    return described(path, files.read(path))
    return None


def _another(folder: Folder, named: Described) -> bool:
    """Whether the folder we stand in has a stack of its own that the devbox.yaml above knows nothing of."""
    top = dirname(named.file)
    if basename(top) == _CONFIG:
        top = dirname(top)
    known = {file for environment in named.environments for file in environment.files}
    below = folder.path.startswith(top.rstrip("/") + "/") and not folder.beside
    return below and bool(known) and not folder.files & known


def _of_file(named: Described, request: LoadRequest, files: Files, wanted: str) -> Environments:
    found = _with_projects(named.environments, request, files)
    default = next((e for e in found if e.name == named.default), found[0])
    current = _pick(found, wanted) if wanted else default
    missing = tuple(_missing(current, files))
    if missing:
        raise LoadError(missing)
    return Environments(
        all=found,
        current=current,
        problems=same_project(found),
        file=named.file,
        allowed=named.allowed,
        default=default.name,
    )


def _discovered(folder: Folder | None, request: LoadRequest, files: Files, wanted: str) -> Environments:
    found = environments(folder) if folder and not _chosen_in_dotenv(folder, files) else ()
    if not found:
        found = (Environment(name=DEFAULT),)
    elif folder:
        found = _with_projects(found, request, files, folder)
    default = preferred(found)
    current = _pick(found, wanted) if wanted else default
    return Environments(all=found, current=current, default=default.name)


def _chosen_in_dotenv(folder: Folder, files: Files) -> bool:
    """Whether .env names the files, so that their names mean nothing."""
    return bool(_in_dotenv("COMPOSE_FILE", folder.path, files))


def _in_dotenv(variable: str, folder: str, files: Files) -> str:
    """The value of a variable in the folder's .env; "" if it is not there."""
    found = ""
    for line in text_of(absolute(folder, ".env"), files).splitlines():
        key, _, value = line.strip().removeprefix("export ").partition("=")
        if key == variable:
            found = value.strip().strip("\"'")
    return found


def _with_projects(
    found: Sequence[Environment], request: LoadRequest, files: Files, folder: Folder | None = None
) -> tuple[Environment, ...]:
    """Each with a project of its own where there are several; a single one leaves the name to its files.

    `folder` is where they were discovered: its "default" is what Compose would open, and bears the name it would give.
    """
    if len(found) < 2:
        return tuple(found)

    def project(environment: Environment) -> str:
        stem = _base_name(environment, request, files, folder)
        return stem if folder and environment.name == DEFAULT else f"{stem}-{normal(environment.name)}"

    return tuple(
        environment if environment.project else replace(environment, project=project(environment))
        for environment in found
    )


def _base_name(environment: Environment, request: LoadRequest, files: Files, folder: Folder | None) -> str:
    """What Compose would call the project of these files."""
    if explicit := request.environ.get("COMPOSE_PROJECT_NAME"):
        return normal(explicit)
    if folder and (explicit := _in_dotenv("COMPOSE_PROJECT_NAME", folder.path, files)):
        return normal(explicit)
    for file in reversed(environment.files or (folder.base_files if folder else ())):
        if name := declared(text_of(file, files)):
            return name
    if folder:
        return normal(folder.name) or normal(basename(request.cwd)) or DEFAULT
    first = next(iter(environment.files), "")
    place = environment.project_directory or ("" if is_remote(first) else dirname(first))
    return normal(basename(place)) or normal(basename(request.cwd)) or DEFAULT


def _pick(found: Sequence[Environment], wanted: str) -> Environment:
    for environment in found:
        if environment.name == wanted:
            return environment
    names = [environment.name for environment in found]
    close = get_close_matches(wanted, names, 1)
    hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."
    raise UsageError(f"There is no environment {wanted}.", hint=hint)


def _missing(environment: Environment, files: Files) -> list[Problem]:
    """Files that the environment names and that are not there."""
    problems = []
    for key, paths in (("files", environment.files), ("env_files", environment.env_files)):
        for path in paths:
            if not is_remote(path) and not files.is_file(path):
                close = get_close_matches(basename(path), names_in(dirname(path), files), 1)
                problems.append(
                    Problem(
                        message=f"{path} is not there",
                        place=environment.place,
                        path=f"environments.{environment.name}.{key}",
                        hint=f"did you mean {close[0]}?" if close else "paths are relative to this file",
                    )
                )
    return problems
