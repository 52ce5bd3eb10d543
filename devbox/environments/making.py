"""Where `devbox secrets init` makes secrets, and how one writes the command."""

from __future__ import annotations

from posixpath import basename, dirname

from devbox.compose.model import Project
from devbox.compose.source import Files
from devbox.environments.discover import CUSTOM, Environments
from devbox.environments.folders import absolute, upwards
from devbox.environments.unnamed import DEFAULT
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """The `command` as one writes it, and the folder it stays in."""

    command: str
    folder: str
    files: Files

    def covers(self, path: str) -> bool:
        """Whether it makes the file of that path; a link that leads out of the folder does not count as inside."""
        return self.files.resolve(path).startswith(self.files.resolve(self.folder).rstrip("/") + "/")

    def hint(self, path: str) -> str:
        """What to do about a file that is not there."""
        if self.covers(path):
            return f"`{self.command}` makes it"
        return f"make it yourself: it lies outside of {self.folder}, and `{self.command}` makes nothing there"


def making(found: Environments, project: Project, files: Files) -> Making:
    """For the current environment."""
    name = found.current.name
    chosen = "" if name in (CUSTOM, DEFAULT) else f" -e {name}"
    return Making(command=f"devbox{chosen} secrets init", folder=_home(found, project, files), files=files)


def _home(found: Environments, project: Project, files: Files) -> str:
    """The folder that is all of the user's project: the repository's top; else where devbox.yaml stands, or above its
    config/; else Compose's own."""
    for folder in upwards(project.working_dir):
        if files.is_dir(absolute(folder, ".git")):
            return folder
    if found.file:
        folder = dirname(found.file)
        return dirname(folder) if basename(folder) == "config" else folder
    return project.working_dir
