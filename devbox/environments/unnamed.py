"""Environments of a repository without devbox.yaml, from the names of its Compose files."""

from __future__ import annotations

from posixpath import basename, dirname

from devbox.environments.environment import Environment
from devbox.environments.folders import Files, absolute, names_in, upwards
from devbox.environments.names import BASES, DEVELOPMENT, OVERRIDES, overlay
from devbox.record import dataclass

DEFAULT = "default"
_SUBFOLDER = "docker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder with Compose files: the `base` and its `override` ("" if none), and the files that name environments."""

    path: str
    base: str = ""
    override: str = ""
    overlays: tuple[tuple[str, str], ...] = ()
    """(environment, file name), by file name"""
    beside: bool = False
    """It was found beside the way up (docker/), where Compose itself would not look."""

    @property
    def name(self) -> str:
        """What a project in it is called: docker/ says nothing, the folder above does."""
        return basename(dirname(self.path)) if self.beside else basename(self.path)

    @property
    def base_files(self) -> tuple[str, ...]:
        """The absolute paths of the base and its override: what Compose takes by itself."""
        return tuple(absolute(self.path, file) for file in (self.base, self.override) if file)

    @property
    def files(self) -> frozenset[str]:
        """The absolute paths of its Compose files."""
        return frozenset((*self.base_files, *(absolute(self.path, file) for _, file in self.overlays)))


def nearest(start: str, files: Files) -> Folder | None:
    """The first folder with Compose files from `start` upwards; up to the repository's top its docker/ counts too."""
    inside = True
    for path in upwards(start):
        found = _look(path, files)
        if found is None and inside:
            found = _look(absolute(path, _SUBFOLDER), files, beside=True)
        if found is not None:
            return found
        if files.is_dir(absolute(path, ".git")) or not _in_repository(path, files):
            inside = False
    return None


def environments(folder: Folder) -> tuple[Environment, ...]:
    """One for each file that names one, on top of the base; "default" for the base as Compose would take it.

    The base alone is an environment of its own where it has an override, or where no other is meant for development.
    """
    base = (absolute(folder.path, folder.base),) if folder.base else ()
    found = [
        Environment(name=name, files=(*base, absolute(folder.path, file)), description=_described(folder, file))
        for name, file in folder.overlays
    ]
    developed = any(name in DEVELOPMENT for name, _ in folder.overlays)
    if folder.base and (folder.override or not developed):
        # Beside the way up Compose finds nothing by itself, so the files are named.
        override = (absolute(folder.path, folder.override),) if folder.override else ()
        found.insert(0, Environment(name=DEFAULT, files=(*base, *override) if folder.beside else ()))
    return tuple(found)


def preferred(found: tuple[Environment, ...]) -> Environment:
    """The one to begin with."""
    by_name = {environment.name: environment for environment in found}
    return next((by_name[name] for name in (DEFAULT, *DEVELOPMENT) if name in by_name), found[0])


def _look(path: str, files: Files, *, beside: bool = False) -> Folder | None:
    names = names_in(path, files)
    base = next((name for name in BASES if name in names), "")
    overlays: dict[str, str] = {}
    for name in names:
        if environment := overlay(name):
            overlays.setdefault(environment, name)
    if not base and not overlays:
        return None
    override = next((name for name in OVERRIDES if name in names), "")
    return Folder(path=path, base=base, override=override, overlays=tuple(overlays.items()), beside=beside)


def _in_repository(path: str, files: Files) -> bool:
    return any(files.is_dir(absolute(above, ".git")) for above in upwards(path))


def _described(folder: Folder, file: str) -> str:
    return f"{folder.base} + {file}" if folder.base else file
