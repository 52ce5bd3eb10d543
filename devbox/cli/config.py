"""`devbox config`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.cli import arguments
from devbox.cli.output import printable
from devbox.cli.project import choose, load_project, warn
from devbox.cli.select import check_services
from devbox.errors import DevboxError, ExitCode

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.compose.model import Project
    from devbox.compose.request import LoadRequest
    from devbox.ports import Outside

_LISTS = ("services", "volumes", "networks", "images", "profiles", "environment")


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(subparsers, "config", "The files as Compose understands them, everything folded in.")
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="yaml")
    parser.add_argument("-q", "--quiet", action="store_true", help="only check the files")
    parser.add_argument("-o", "--output", metavar="FILE", default="", help="write to this file")
    what = parser.add_mutually_exclusive_group()
    for name in _LISTS:
        what.add_argument(f"--{name}", dest="list", action="store_const", const=name, help=f"list the {name} only")
    what.add_argument(
        "--explain", metavar="PATH", default="", help="where a value comes from: services.api.environment.DATABASE_URL"
    )
    parser.add_argument("--reveal", action="store_true", help="with --explain: show secrets")
    arguments.as_json(parser)
    what.add_argument("--hash", metavar="SERVICE", default="", help="the hash of a service's configuration; * for all")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="these and what they depend on")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """Print the canonical model, or one of its lists."""
    request, _ = choose(args, outside)
    if args.explain:
        _explain(args, request, outside)
        return ExitCode.DONE
    project = load_project(request, outside)
    if args.services:
        project = _narrowed(project, request, args.services, outside)
    if args.quiet:
        return ExitCode.DONE
    if args.hash:
        text = _hashes(project, args.hash)
    elif args.list:
        text = "".join(f"{line}\n" for line in _listing(project, args.list))
    else:
        from devbox.compose.output import render

        text = render(project, "json" if args.json else args.format)
    if args.output:
        _write(args.output, text, outside)
    else:
        sys.stdout.write(text)
    return ExitCode.DONE


def _explain(args: argparse.Namespace, request: LoadRequest, outside: Outside) -> None:
    from devbox.cli.explain import explain
    from devbox.compose.load import load_explained

    loaded = load_explained(request, outside.files)
    warn(loaded.project)
    explain(loaded, args.explain, outside.cwd, reveal=args.reveal, json=args.json)


def _narrowed(project: Project, request: LoadRequest, names: Sequence[str], outside: Outside) -> Project:
    """The project with the named services; one that its profiles leave out is enabled by being named."""
    from devbox.compose.load import load
    from devbox.compose.select import only

    check_services(project, None, names)
    profiles = {profile for name in names if name in project.disabled for profile in project.disabled[name].profiles}
    if profiles:
        project = load(replace(request, profiles=(*project.profiles, *sorted(profiles))), outside.files)
    return only(project, names)


def _listing(project: Project, what: str) -> list[str]:
    match what:
        case "services":
            return list(project.services)
        case "volumes":
            return list(project.tree.get("volumes", ()))
        case "networks":
            return list(project.tree.get("networks", ()))
        case "images":
            return [service.image or f"{project.name}-{name}" for name, service in project.services.items()]
        case "profiles":
            every = (*project.services.values(), *project.disabled.values())
            return sorted({profile for service in every for profile in service.profiles})
        case _:
            return [f"{name}={project.environment[name]}" for name in sorted(project.environment)]


def _hashes(project: Project, asked: str) -> str:
    names = sorted(project.services) if asked == "*" else sorted(asked.split(","))
    check_services(project, None, names)
    return "".join(f"{name} {project.hashes[name]}\n" for name in names)


def _write(file: str, text: str, outside: Outside) -> None:
    try:
        Path(outside.cwd, file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise DevboxError(f"{printable(file)} cannot be written: {error.strerror}.") from error
