"""Which files make the project, and which variables they see, from the command line, the shell and the folder."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from devbox.compose.envfile import VariableFiles
from devbox.compose.layers import Scope, Variables
from devbox.compose.paths import clean, join
from devbox.compose.remote import is_remote
from devbox.compose.report import Report
from devbox.compose.request import LoadRequest
from devbox.compose.source import Files
from devbox.errors import Place
from devbox.record import dataclass

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What to load: absolute files ("-" is standard input, others may be remote), folders, and the variables."""

    files: tuple[str, ...]
    folder: str
    """It names the project and holds its .env."""
    base: str
    """Relative paths start from it."""
    env_files: tuple[str, ...]
    """Those that were asked for; what was found beside the files is not among them."""
    environment: Variables
    profiles: tuple[str, ...]


def discover(request: LoadRequest, files: Files, variables: VariableFiles, report: Report) -> Found:
    """Compose's own rules: flags, then COMPOSE_* variables (of .env too), then the folder and those above it."""
    shell = {"PWD": request.cwd, **request.environ, **request.extra_environment}
    asked = tuple(_named(request.cwd, file) for file in request.files)
    directory = join(request.cwd, request.project_directory) if request.project_directory else ""
    given = tuple(join(request.cwd, file) for file in request.env_files or _listed(shell.get("COMPOSE_ENV_FILES"), ","))
    folder = _folder(directory, asked, request.cwd)
    env_files = given or _dotenv(folder, files, shell)
    environment = Variables({**variables.environment(env_files, shell), **shell}, (Scope(env_files, shell),))
    paths = asked
    if not paths and environment.get("COMPOSE_FILE") is not None:
        separator = environment.get("COMPOSE_PATH_SEPARATOR") or ":"
        paths = tuple(_named(request.cwd, file) for file in environment["COMPOSE_FILE"].split(separator))
    if not paths:
        paths = _default(folder, files, report)
    folder = _folder(directory, paths, request.cwd)
    if not given and (own := _dotenv(folder, files, shell)) and own != env_files:
        inner = {**variables.environment(own, environment), **environment}
        environment = Variables(inner, (*environment.scopes, Scope(own, environment)))
    if not paths:
        report.fault(
            f"no Compose file in {folder} or a folder above it",
            hint=f"create {NAMES[0]}, or name a file with -f",
        )
    profiles = request.profiles
    if profiles is None:
        profiles = tuple(_listed(environment.get("COMPOSE_PROFILES"), ","))
    return Found(files=paths, folder=folder, base=folder, env_files=given, environment=environment, profiles=profiles)


def _listed(text: str | None, separator: str) -> list[str]:
    return [word.strip() for word in (text or "").split(separator) if word.strip()]


def _folder(directory: str, paths: tuple[str, ...], cwd: str) -> str:
    if directory:
        return clean(directory)
    first = next((path for path in paths if path != "-"), "")
    return posixpath.dirname(clean(first)) if first and not is_remote(first) else cwd


def _named(cwd: str, file: str) -> str:
    return file if file == "-" or is_remote(file) else clean(join(cwd, file))


def _dotenv(folder: str, files: Files, shell: Mapping[str, str]) -> tuple[str, ...]:
    if shell.get("COMPOSE_DISABLE_ENV_FILE", "").lower() in ("1", "t", "true"):
        return ()
    path = join(folder, ".env")
    return (path,) if files.is_file(path) else ()


def _default(folder: str, files: Files, report: Report) -> tuple[str, ...]:
    while True:
        if bases := _present(folder, NAMES, files):
            if len(bases) > 1:
                report.warn(f"Several Compose files in {folder}; {posixpath.basename(bases[0])} is used.")
            overrides = _present(folder, OVERRIDES, files)
            if len(overrides) > 1:
                report.warn(f"Several override files in {folder}; {posixpath.basename(overrides[0])} is used.")
            return (bases[0], *overrides[:1])
        parent = posixpath.dirname(folder)
        if parent == folder:
            return ()
        folder = parent


def _present(folder: str, names: tuple[str, ...], files: Files) -> list[str]:
    candidates = (join(folder, name) for name in names)
    return [path for path in candidates if files.is_file(path)]


def read(
    file: str,
    files: Files,
    report: Report,
    *,
    stdin: bytes | None = None,
    asked: Place | None = None,
    shown: str = "",
) -> bytes:
    """A Compose file's bytes; a fault, in which the file is called `shown`, and nothing if it cannot be read."""
    name = shown or file
    if file == "-":
        if stdin is None:
            report.fault("standard input holds no Compose file", hint="pipe one in, or name a file with -f")
        return stdin or b""
    try:
        return files.read(file)
    except FileNotFoundError:
        report.fault(f"there is no file {name}", place=asked, hint="correct the path, or create the file")
    except IsADirectoryError:
        report.fault(f"{name} is a folder", place=asked, hint="name the Compose file in it")
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        report.fault(f"{name} cannot be read: {said}", place=asked)
    return b""
