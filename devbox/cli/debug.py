"""`devbox debug`: a service's debugger on screen, or for an editor."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm, launch
from devbox.cli.output import note, printable, say, say_json, stdout_style
from devbox.cli.project import opened
from devbox.cli.select import check_services
from devbox.errors import DevboxError, ExitCode, UsageError
from devbox.plan.names import known_services
from devbox.plan.observed import RunState

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.cli.project import Stack
    from devbox.plan.observed import Container
    from devbox.ports import Outside

_ADDRESS = re.compile(r"\d+|\[[^\]]*\](:\d+)?|[^:]*:\d*|\d+\.\d+\.\d+\.\d+|localhost")
_LOOPBACK = "127.0.0.1"
_LAST_PORT = 65535


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "debug",
        "The debugger of a service on screen; with --listen a port for VS Code, PyCharm or nvim-dap, which reloads and"
        " restarts do not close. Nothing has to be in the image (`devbox guide debug`).",
    )
    parser.add_argument("services", nargs="*", metavar="SERVICE", default=[], help="which; on screen it is one")
    add_argument = parser.add_argument
    add_argument(
        "--listen",
        nargs="?",
        const="",
        default=None,
        metavar="HOST:PORT",
        help="keep a port open until Ctrl-C (127.0.0.1 and one that stays the same, unless named; each further service"
        " has the next)",
    )
    add_argument(
        "--container",
        type=int,
        default=0,
        metavar="N",
        help="only the replica of that number (not on screen: B on its row)",
    )
    add_argument("--launch", action="store_true", help="write it into .vscode/launch.json, where all else stays")
    add_argument(
        "--editor", choices=launch.EDITORS, default="vscode", help="whom --listen prints how to attach for (vscode)"
    )
    add_argument("--ways", action="store_true", help="each way in, and why it does not apply")
    add_argument("--prepare", action="store_true", help="recreate the services with debug on demand")
    arguments.assume_yes(parser)
    arguments.as_json(parser, "print JSON; with --listen an object a line")


def on_screen(args: argparse.Namespace, outside: Outside) -> str:
    """The service whose debugger is to be opened on the screen, which is one of the project's; "" where something else
    is asked for."""
    if args.listen is not None or args.launch or args.ways or args.prepare or args.json or len(args.services) != 1:
        return ""
    if args.container:
        raise UsageError(
            "--container is not for the screen.", hint="Open a service's replicas in the list (l), and press B on one."
        )
    from devbox.cli.project import choose, load_project

    check_services(load_project(choose(args, outside)[0], outside), None, args.services)
    return str(args.services[0])


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """--ways: 1 where none applies. --listen: 130 when interrupted, which is how it ends."""
    listens = None if args.listen is None else address(args.listen)
    if args.listen is not None and listens is None:
        args.services.insert(0, args.listen)
        listens = address("")
    if not args.services:
        raise UsageError("devbox debug needs a service.", hint="`devbox ps` lists them.")
    if listens is None and not (args.launch or args.ways or args.prepare):
        raise UsageError(
            "The debugger's screen needs a terminal, and shows one service.",
            hint="For an editor: --listen. `devbox debug --help` tells the rest.",
        )
    async with opened(args, outside) as stack:
        args.services = list(dict.fromkeys(args.services))
        check_services(stack.project, None, args.services)
        if listens is not None and (last := listens[1] + len(args.services) - 1) > _LAST_PORT:
            raise UsageError(f"The last service would get port {last}.", hint=f"A port is a number up to {_LAST_PORT}.")
        if args.ways:
            return await _ways(stack, args, outside)
        confirm.permit(stack.environment, args.yes_i_mean)
        if args.prepare and (code := await _prepare(stack, args, outside)):
            return code
        if listens is not None:
            from devbox.cli.listen import listen

            return await listen(stack, args, outside, *listens)
        if args.launch:
            from devbox.session.listening import own_port

            ports = {name: own_port(stack.project.name, name) for name in args.services}
            await launch.tell(stack, args, outside, _LOOPBACK, ports)
            note(f"`devbox debug {' '.join(args.services)} --listen` opens the port.")
    return ExitCode.DONE


def address(word: str) -> tuple[str, int] | None:
    """The host and port that --listen names (port 0: of devbox's choice); None: it is no address but a service."""
    if not word:
        return _LOOPBACK, 0
    if not _ADDRESS.fullmatch(word):
        return None
    host, colon, port = word.rpartition(":")
    if not colon or word.endswith("]"):
        host, port = (_LOOPBACK, word) if word.isdigit() else (word, "")
    if port and int(port) > _LAST_PORT:
        raise UsageError(f"{port} is no port.", hint=f"A port is a number up to {_LAST_PORT}; 0 is of devbox's choice.")
    return host.strip("[]") or _LOOPBACK, int(port or 0)


async def _ways(stack: Stack, args: argparse.Namespace, outside: Outside) -> int:
    from devbox.session.attach import NAMES, ways
    from devbox.session.attach_beside import allowed

    found = []
    for container in await _running(stack, args):
        service = known_services(stack.project)[container.service]
        applying = await ways(stack.engine, container, service, beside=allowed(outside))
        found.append((container, applying))
    if args.json:
        say_json(
            [
                {
                    "service": container.service,
                    "container": container.name,
                    "ways": [
                        {"way": way.name.lower(), "applies": not why, "why_not": why or None} for way, why in each
                    ],
                }
                for container, each in found
            ]
        )
    else:
        for container, each in found:
            say(f"{stdout_style(printable(container.service), 'bold')} ({printable(container.name)})")
            for way, why in each:
                mark = stdout_style("–", "dim") if why else stdout_style("✓", "green")
                say(f"  {mark} {NAMES[way]}{': ' if why else ''}{printable(why)}")
    return ExitCode.DONE if all(any(not why for _, why in each) for _, each in found) else ExitCode.FAILED


async def _running(stack: Stack, args: argparse.Namespace) -> list[Container]:
    """The containers meant; DevboxError where a service has none that runs."""
    observed = await stack.engine.observe(stack.project.name)
    found = [
        one
        for one in observed.containers
        if one.service in args.services
        and not one.oneoff
        and one.state is RunState.RUNNING
        and args.container in (0, one.number)
    ]
    for name in args.services:
        if not any(one.service == name for one in found):
            which = f"{name} #{args.container}" if args.container else name
            raise DevboxError(f"{which} does not run.", hint=f"`devbox up {name}` starts it.")
    return sorted(found, key=lambda one: (args.services.index(one.service), one.number))


async def _prepare(stack: Stack, args: argparse.Namespace, outside: Outside) -> int:
    """Recreate the services with the helper; not an exit code of `up` unless that fails."""
    from devbox.cli.perform import perform_on
    from devbox.plan.commands import Up

    names = ", ".join(args.services)
    if not args.yes:
        note(f"This recreates {printable(names)} with a helper that lets a debugger in when it is asked to;")
        note("until then it costs nothing. It stays until the containers are made anew.")
        if not confirm.goes_ahead():
            raise DevboxError("Nothing was changed.")
    up = Up(services=tuple(args.services), no_deps=True, debug=frozenset(args.services))
    quiet = argparse.Namespace(**{**vars(args), "json": False})
    return await perform_on(stack, quiet, outside, up)
