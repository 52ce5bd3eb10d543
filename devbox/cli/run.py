"""`devbox run`."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.cli import arguments, confirm
from devbox.cli.exec import options, variables, wants_tty
from devbox.cli.output import note, say
from devbox.cli.perform import ended, walking
from devbox.cli.project import Stack, opened
from devbox.cli.select import check_services
from devbox.compose.model import Port
from devbox.errors import ExitCode, Interrupted
from devbox.plan.oneoff import Oneoff
from devbox.session.state import Phase

if TYPE_CHECKING:
    from devbox.cli.arguments import Subparsers
    from devbox.ports import Outside


def add(subparsers: Subparsers) -> None:
    """Declare the verb."""
    parser = arguments.verb(
        subparsers,
        "run",
        "Run a command in a new container of a service, after starting what the service depends on. "
        "Ends with the command's own exit code. Ports are not published unless asked for.",
    )
    options(parser)
    parser.add_argument("--rm", action="store_true", help="remove the container when it ends")
    parser.add_argument("-d", "--detach", action="store_true", help="leave it running, print its name")
    parser.add_argument("--entrypoint", metavar="COMMAND", help="instead of the service's or the image's")
    parser.add_argument("--name", default="", metavar="NAME", help="the container's name")
    parser.add_argument("--no-deps", action="store_true", help="do not start what the service depends on")
    parser.add_argument("--build", action="store_true", help="build the image first")
    parser.add_argument("-P", "--service-ports", action="store_true", help="publish the service's ports")
    publish = "publish a port (repeatable)"
    parser.add_argument(
        "-p", "--publish", action="append", type=_port, default=[], metavar="[IP:]HOST:PORT", help=publish
    )
    arguments.assume_yes(parser)
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="[COMMAND [ARG...]]")


async def run(args: argparse.Namespace, outside: Outside) -> int:
    """The command's own exit code; that of `up` if what it depends on does not come up."""
    command = tuple(args.command[1:] if args.command[:1] == ["--"] else args.command)
    tty = wants_tty(args) and not args.detach
    wanted = Oneoff(
        service=args.service,
        command=command or None,
        entrypoint=None if args.entrypoint is None else tuple(shlex.split(args.entrypoint)),
        environment=variables(args.variables, outside),
        user=args.user,
        working_dir=args.workdir,
        name=args.name,
        ports=tuple(args.publish),
        service_ports=args.service_ports,
        tty=tty,
        stdin=not args.detach,
        no_deps=args.no_deps,
        build=args.build,
        remove=args.rm,
    )
    async with opened(args, outside) as stack:
        check_services(stack.project, None, [args.service])
        confirm.permit(stack.environment, args.yes_i_mean)
        confirm.trust(stack.project, yes=args.yes)
        wanted = replace(wanted, helpers=not stack.environment.protected)
        code = await _prepare(stack, args, outside, wanted)
        return code or await _run(stack, args, wanted)


async def _prepare(stack: Stack, args: argparse.Namespace, outside: Outside, wanted: Oneoff) -> int:
    from devbox.plan.needs import needs
    from devbox.plan.oneoff import as_up, prepare
    from devbox.session.up import walk

    required = needs(stack.project, as_up(wanted))
    observed = await stack.engine.observe(
        stack.project.name, images=required.images, networks=required.networks, volumes=required.volumes, detail=True
    )
    plan = prepare(stack.project, observed, wanted)
    plan = await stack.guard(plan, stack.project, stack.engine, also=(wanted.service,))
    if not plan and not plan.problems:
        return ExitCode.DONE
    with walking(outside) as (progress, cancel):
        progress.know(plan)
        outcome = await walk(
            plan,
            project=stack.project,
            engine=stack.engine,
            builder=outside.builder(stack.engine),
            kit=outside.kit,
            settings=outside.settings,
            operation=0,
            emit=progress.take,
            cancel=cancel,
            now=outside.now,
        )
    if outcome.phase is not Phase.DONE:
        return ended(outcome, "run")
    if cancel.is_set():
        raise Interrupted(f"Stopped before {wanted.service} ran; what it needs is there.")
    return ExitCode.DONE


async def _run(stack: Stack, args: argparse.Namespace, wanted: Oneoff) -> int:
    from devbox.plan.names import image_name, known_services
    from devbox.plan.oneoff import container

    image = image_name(stack.project.name, known_services(stack.project)[wanted.service])
    observed = await stack.engine.observe(stack.project.name, images=[image])
    spec = container(stack.project, observed, wanted, secrets.token_hex(32))
    created = await stack.engine.create_container(spec)
    if args.detach:
        await stack.engine.start(created)
        say(spec.name)
        return ExitCode.DONE
    try:
        return await stack.engine.attach(created, tty=wanted.tty, stdin=wanted.stdin)
    finally:
        if args.rm:
            removing = asyncio.ensure_future(stack.engine.remove(created, force=True, volumes=True))
            await asyncio.shield(removing)
        elif not wanted.name:
            note(f"The container {spec.name} stays; `devbox run --rm` removes it at the end.")


def _port(text: str) -> Port:
    """[IP:]HOST:PORT[/PROTOCOL], or PORT alone (the engine chooses the host's)."""
    address, _, protocol = text.partition("/")
    host, _, target = address.rpartition(":")
    ip, _, published = host.rpartition(":")
    if not target.isdecimal() or (published and not published.replace("-", "").isdecimal()):
        raise argparse.ArgumentTypeError(f"{text!r} is not [IP:]HOST:PORT")
    return Port(target=int(target), published=published, host_ip=ip.strip("[]"), protocol=protocol or "tcp")
