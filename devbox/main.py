"""The composition root: reads the command line, puts the world together, and hands over to the TUI or to a verb."""

from __future__ import annotations

import io
import sys

TYPE_CHECKING = False  # typing itself costs 4 ms, a third of what `devbox --version` takes
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from types import ModuleType

    from devbox.compose.request import LoadRequest
    from devbox.environments.secret_file import SecretFiles
    from devbox.ports import Builder, Engine, Host, Kept, Kit, LedgerFiles, Outside, Sources


def main(argv: Sequence[str] | None = None, outside: Outside | None = None) -> int:
    """Run the command line `argv` (None: this process's own); the exit code. `outside` None is the real world."""
    words = list(sys.argv[1:] if argv is None else argv)
    _whole_streams()
    if words in (["--version"], ["-V"]):
        return _version()
    try:
        from devbox.cli import failure
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.\n")
        return 130
    try:
        code = _dispatch(words, outside)
        sys.stdout.flush()
        return code
    except SystemExit as end:  # argparse after --help
        return end.code if isinstance(end.code, int) else 0
    except BaseException as error:  # noqa: BLE001 - the one place where every end of the program gets its exit code
        return failure.report(error)


def _whole_streams() -> None:
    """What a shell has closed (`>&-`) is nowhere, and whatever a container says can be printed in any encoding."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open("/dev/null", mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _version() -> int:
    from devbox import __version__

    sys.stdout.write(f"devbox {__version__}\n")
    return 0


def _dispatch(words: list[str], outside: Outside | None) -> int:
    import gc

    gc.set_threshold(100_000)  # at the default a tenth of the start goes into looking for garbage while importing
    from devbox.cli import arguments, verbs

    name = arguments.verb_of(words)
    module = verbs.module(name) if name else None
    args = arguments.parse(words, module)
    if args.version:
        return _version()
    world = outside or real_world(args.context)
    if args.context:
        world = _at(args.context, world)
    if module is None:
        return _open(args, words, world)
    if name == "debug" and (service := module.on_screen(args, world)) and _on_terminal():
        return _screen(args, world, service)
    return _run(module, args, world)


def _at(context: str, outside: Outside) -> Outside:
    """The same world, with `--context` winning over whatever an environment names."""
    from dataclasses import replace

    return replace(outside, connect=lambda _: outside.connect(context))


def _run(module: ModuleType, args: argparse.Namespace, outside: Outside) -> int:
    import asyncio
    import gc

    try:
        return int(asyncio.run(module.run(args, outside)))
    finally:
        gc.freeze()  # else Python looks for garbage in all there is before it ends, a tenth of a short verb


def _open(args: argparse.Namespace, words: list[str], outside: Outside) -> int:
    """`devbox` without a verb: the TUI on a terminal; elsewhere the status table, with --up once the stack is up."""
    if _on_terminal():
        return _screen(args, outside)
    from devbox.cli import arguments, verbs

    chosen = [word for word in words if word != "--up"]
    for verb in (("up", "--wait"), ("probe",), ("ps",)) if args.up else (("ps",),):
        module = verbs.module(verb[0])
        code = _run(module, arguments.parse([*chosen, *verb], module), outside)
        if code:
            return code
    return 0


def _on_terminal() -> bool:
    """Keys come from stdin, the screen is drawn on stderr, and what is said in the end goes to stdout."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _screen(args: argparse.Namespace, outside: Outside, debug: str = "") -> int:
    """The TUI, `debug`: with the debugger of that service."""
    from devbox.cli.project import request_of
    from devbox.compose.remote import is_remote

    request = request_of(args, outside)
    if any(map(is_remote, (*request.files, request.environ.get("COMPOSE_FILE", "")))):
        _trusted(request, outside)
    from devbox.tui.app import run

    return run(outside, request, args.environment, up=args.up, debug=debug)


def _trusted(request: LoadRequest, outside: Outside) -> None:
    """Ask, before the screen opens, whether files that lie elsewhere may have variables of this machine."""
    from devbox.cli.confirm import trust
    from devbox.compose.load import load

    trust(load(request, outside.files), yes=False)


def real_world(context: str = "") -> Outside:
    """The adapters behind their ports; each is imported when it is first used. `context`: wins for `host`."""
    import os
    import time

    from devbox.adapters.files import LocalFiles
    from devbox.ports import Outside
    from devbox.settings import read_settings, settings_path

    environ = dict(os.environ)
    files = LocalFiles(environ)
    path = settings_path(environ)
    settings = files.read(path).decode(errors="replace") if files.is_file(path) else ""

    async def connect(context: str) -> Engine:
        from devbox.adapters.connect import connect

        return await connect(context, environ)

    def builder(engine: Engine) -> Builder:
        from devbox.adapters.build import ImageBuilder

        return ImageBuilder(engine, environ)

    def secrets() -> SecretFiles:
        from devbox.adapters.secret_files import LocalSecretFiles

        return LocalSecretFiles()

    def host(named: str) -> Host:
        from devbox.adapters.host import LocalHost

        return LocalHost(environ=environ, context=context or named)

    def sources() -> Sources:
        from devbox.adapters.host_tree import HostTree

        return HostTree()

    def kept() -> Kept:
        from devbox.adapters.kept import KeptFiles

        return KeptFiles(environ)

    def kit() -> Kit:
        from devbox.adapters.kit import InstalledKit

        return InstalledKit()

    def ledgers() -> LedgerFiles:
        from devbox.adapters.ledger_files import LocalLedgers

        return LocalLedgers(environ)

    return Outside(
        environ=environ,
        cwd=os.getcwd(),  # noqa: PTH109 - a string, and pathlib costs 5 ms of the start
        settings=read_settings(settings, path, environ),
        files=files,
        secrets=secrets,
        connect=connect,
        builder=builder,
        sources=sources,
        kept=kept,
        kit=kit,
        ledgers=ledgers,
        host=host,
        now=time.time,
    )
