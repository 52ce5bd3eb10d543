"""`devbox env`: the environments of this project."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING, Any

from devbox.cli import arguments
from devbox.cli.output import say, say_json, stdout_style
from devbox.cli.project import connected, request_of
from devbox.cli.table import grid
from devbox.errors import EngineError, ExitCode, LoadError

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.compose.request import LoadRequest
    from devbox.environments.environment import Environment
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb under both of its names."""
    for name in ("env", "environments"):
        parser = arguments.verb(subparsers, name, "The environments of this project, and which of them run.")
        parser.add_argument("-q", "--quiet", action="store_true", help="only the names")
        arguments.as_json(parser)


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """List them, the current one marked."""
    from devbox.environments.discover import find

    request = request_of(args, outside)
    found = find(request, outside.files, args.environment)
    if args.quiet:
        for environment in found.all:
            say(environment.name)
        return ExitCode.DONE
    alone = len(found.all) == 1
    projects = {one.name: _project(one, request, outside, must_load=alone) for one in found.all}
    contexts = list(dict.fromkeys(one.context for one in found.all))
    told = await asyncio.gather(*(_running(outside, context) for context in contexts))
    running = dict(zip(contexts, told, strict=True))
    if args.json:
        say_json(
            [as_json(one, projects[one.name], running[one.context], current=one is found.current) for one in found.all]
        )
        return ExitCode.DONE
    rows = []
    for one in found.all:
        mark = "*" if one is found.current else ""
        where = ", ".join(filter(None, (one.description, one.context and f"on {one.context}", _guard(one))))
        rows.append(
            (mark, one.name, projects[one.name] or "?", _state(projects[one.name], running[one.context]), where or "-")
        )
    for line in grid(("", "ENVIRONMENT", "PROJECT", "RUNS", "ABOUT"), rows):
        say(line)
    if found.file:
        say(stdout_style(f"from {found.file}", "dim"))
    return ExitCode.DONE


def _project(environment: Environment, request: LoadRequest, outside: Outside, *, must_load: bool) -> str:
    """The project's name; "" where the files do not load, LoadError if they must."""
    if environment.project:
        return environment.project
    from devbox.compose.load import load
    from devbox.environments.request import request_for

    try:
        return load(request_for(environment, request), outside.files).name
    except LoadError:
        if must_load:
            raise
        return ""


async def _running(outside: Outside, context: str) -> dict[str, tuple[int, int]] | None:
    """project -> containers that run, and all, on the engine of `context`; None without an engine (the list is of use
    all the same)."""
    try:
        async with connected(outside, context) as engine:
            return {project.name: (project.running, project.total) for project in await engine.projects()}
    except EngineError:
        return None


def _state(project: str, running: dict[str, tuple[int, int]] | None) -> str:
    if running is None:
        return "? (no engine)"
    up, total = running.get(project, (0, 0))
    return f"{up}/{total}" if total else "-"


def _guard(environment: Environment) -> str:
    return "protected" if environment.protected else ""


def as_json(
    environment: Environment, project: str, running: dict[str, tuple[int, int]] | None, *, current: bool
) -> dict[str, Any]:
    """An environment as scripts read it."""
    up, total = (running or {}).get(project, (0, 0))
    return {
        "name": environment.name,
        "current": current,
        "project": project,
        "files": list(environment.files),
        "env_files": list(environment.env_files),
        "profiles": list(environment.profiles),
        "context": environment.context,
        "protected": environment.protected,
        "rolling": environment.rolling,
        "description": environment.description,
        "running": None if running is None else up,
        "containers": None if running is None else total,
    }
