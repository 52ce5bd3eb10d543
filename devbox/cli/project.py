"""From the command line to a loaded project and a connected engine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from devbox.cli.output import note, printable, stderr_style
from devbox.compose.request import LoadRequest
from devbox.record import dataclass
from devbox.session.guarding import LateGuard

if TYPE_CHECKING:
    import argparse

    from devbox.compose.layers import Loaded
    from devbox.compose.model import Project
    from devbox.environments.discover import Environments
    from devbox.environments.environment import Environment
    from devbox.errors import Problem
    from devbox.ports import Engine, Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The project of an environment on its engine."""

    project: Project
    engine: Engine
    environment: Environment
    guard: LateGuard
    loaded: Loaded | None = None
    """What the project was made of; None: it is known by its labels alone."""

    def located(self, problem: Problem, folder: str) -> Problem:
        """The problem at the line that sets the value it is about, with the variables behind that."""
        if self.loaded is None:
            return problem
        from devbox.compose.blame import located
        from devbox.compose.provenance import Explainer

        return located(problem, Explainer(self.loaded), folder)


def request_of(args: argparse.Namespace, outside: Outside) -> LoadRequest:
    """What the global arguments ask to load, before any environment is chosen."""
    if "-" in args.files and "stdin" not in args:  # it can be read once only
        args.stdin = sys.stdin.buffer.read()
    return LoadRequest(
        cwd=outside.cwd,
        environ=outside.environ,
        files=tuple(args.files),
        project_name=args.project_name,
        profiles=None if args.profiles is None else tuple(args.profiles),
        env_files=tuple(args.env_files),
        project_directory=args.project_directory,
        stdin=getattr(args, "stdin", None),
    )


def choose(args: argparse.Namespace, outside: Outside) -> tuple[LoadRequest, Environments]:
    """What to load, with the environments of which it is the current; what is odd about them goes to stderr."""
    from devbox.environments.discover import find
    from devbox.environments.request import request_for

    request = request_of(args, outside)
    found = find(request, outside.files, args.environment)
    for problem in found.problems:
        _warn(str(problem))
    return request_for(found.current, request), found


def context_of(args: argparse.Namespace, outside: Outside) -> str:
    """The context of the environment that -e names; "" without -e: these verbs need no project."""
    if not args.environment:
        return ""
    from devbox.environments.discover import find

    return find(request_of(args, outside), outside.files, args.environment).current.context


def load_project(request: LoadRequest, outside: Outside) -> Project:
    """The project of the files (LoadError with every fault); its warnings go to stderr."""
    from devbox.compose.load import load

    project = load(request, outside.files)
    warn(project)
    return project


def warn(project: Project) -> None:
    """Say the project's warnings on stderr."""
    for warning in project.warnings:
        _warn(warning)


def _warn(text: str) -> None:
    note(f"{stderr_style('warning', 'yellow')}: {printable(text)}")


def _without_files(request: LoadRequest, outside: Outside) -> bool:
    """Whether -p names a project and there is no file far and wide: then it is known by its labels alone."""
    from devbox.environments.unnamed import nearest

    if not request.project_name or request.files or request.environ.get("COMPOSE_FILE"):
        return False
    return nearest(request.project_directory or request.cwd, outside.files) is None


@asynccontextmanager
async def opened(args: argparse.Namespace, outside: Outside, *, by_name: bool = False) -> AsyncIterator[Stack]:
    """The chosen project, loaded, with its engine, which is closed at the end.

    With `by_name` a project that -p names needs no files; it then has no services, only what bears its labels.
    """
    request, environments = choose(args, outside)
    environment = environments.current
    connecting = asyncio.ensure_future(outside.connect(environment.context))
    try:
        await asyncio.sleep(0)  # let the connection go out before the files are read
        loaded = None
        if by_name and _without_files(request, outside):
            from devbox.compose.model import Project

            project = Project(name=request.project_name, working_dir=request.cwd)
        else:
            from devbox.compose.load import load_explained

            loaded = load_explained(request, outside.files)
            project = loaded.project
            warn(project)
    except BaseException:
        connecting.cancel()
        for engine in await asyncio.gather(connecting, return_exceptions=True):
            if not isinstance(engine, BaseException):
                await engine.close()
        raise
    engine = await connecting
    try:
        guard = LateGuard(outside, request, environments)
        yield Stack(project=project, engine=engine, environment=environment, guard=guard, loaded=loaded)
    finally:
        await engine.close()


@asynccontextmanager
async def connected(outside: Outside, context: str = "") -> AsyncIterator[Engine]:
    """The engine alone, for verbs that ask of no project."""
    engine = await outside.connect(context)
    try:
        yield engine
    finally:
        await engine.close()
