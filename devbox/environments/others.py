"""The other environments, loaded to be compared with."""

from __future__ import annotations

from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.compose.source import Files
from devbox.environments.discover import Environments
from devbox.environments.environment import Environment
from devbox.environments.request import request_for
from devbox.errors import LoadError

_KEPT = ("HOME", "PATH")


def as_written(environment: Environment, request: LoadRequest) -> LoadRequest:
    """What to load for it with nothing given by hand: an option or a shell's variable would make all of them equal."""
    environ = {name: request.environ[name] for name in _KEPT if name in request.environ}
    return request_for(environment, LoadRequest(cwd=request.cwd, environ=environ))


def others(found: Environments, request: LoadRequest, files: Files) -> dict[str, Project]:
    """The projects of all but the current environment, by name; without those that do not load."""
    projects = {}
    for environment in found.all:
        if environment.name == found.current.name:
            continue
        try:
            projects[environment.name] = load(as_written(environment, request), files)
        except LoadError:
            continue
    return projects
