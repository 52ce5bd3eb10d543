"""What an editor is told to attach to services: printed, or put into its .vscode/launch.json (`--launch`)."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from devbox.cli.output import note, printable, say, say_json_line
from devbox.debug.editors import Target, neovim, pycharm, vscode
from devbox.debug.launch import merged
from devbox.errors import DevboxError
from devbox.plan.names import known_services
from devbox.plan.observed import RunState

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from devbox.cli.project import Stack
    from devbox.debug.model import Pair
    from devbox.ports import Outside

EDITORS = ("vscode", "pycharm", "nvim")
_FILE = ".vscode/launch.json"
_MARKS = (".vscode", ".git")
"""What the folder has that an editor is opened at."""
_MODE = 0o644


async def tell(stack: Stack, args: argparse.Namespace, outside: Outside, host: str, ports: Mapping[str, int]) -> None:
    """Print how the services are attached to at their ports, or with --launch write it; DevboxError if that fails."""
    targets = [
        Target(
            project=stack.project.name,
            service=name,
            type=_type(stack, name),
            host=host,
            port=port,
            pairs=await _pairs(stack, outside, name, args.container),
        )
        for name, port in ports.items()
    ]
    folder = _workspace(Path(outside.cwd))
    if args.launch:
        _write(folder / _FILE, targets, str(folder))
    for target in targets:
        if args.json:
            configuration = dict(vscode(target, str(folder)))
            said = {"event": "entry", "service": target.service, "configuration": configuration}
            say_json_line({"time": outside.now(), **said})
        elif args.launch:
            note(f"{printable(str(folder / _FILE))} has {printable(target.name)} at {target.reached}:{target.port}.")
        else:
            say(_words(target, args.editor, str(folder)).rstrip("\n"))


def _words(target: Target, editor: str, folder: str) -> str:
    match editor:
        case "pycharm":
            return pycharm(target)
        case "nvim":
            return neovim(target)
    return json.dumps(dict(vscode(target, folder)), indent=4, ensure_ascii=False)


def _type(stack: Stack, name: str) -> str:
    debug = known_services(stack.project)[name].debug
    return debug.type if debug and debug.port else ""


async def _pairs(stack: Stack, outside: Outside, name: str, number: int) -> tuple[Pair, ...]:
    """By a container that runs, else by what the files want."""
    from devbox.compose.provenance import Explainer
    from devbox.session.mapped import mapped

    observed = await stack.engine.observe(stack.project.name)
    body: Mapping[str, object] = {}
    for one in observed.containers:
        if one.service == name and one.state is RunState.RUNNING and not one.oneoff and number in (0, one.number):
            detail = (await stack.engine.inspect(one.id)).detail
            body = detail.body if detail else {}
            break
    where = Explainer(stack.loaded).place if stack.loaded else None
    return mapped(stack.project, name, body, outside.files, outside.sources().ignore_file, where).pairs


def _workspace(cwd: Path) -> Path:
    """The nearest folder upwards that an editor has been opened at, or a repository's; else this one."""
    for mark in _MARKS:
        for folder in (cwd, *cwd.parents):
            if (folder / mark).is_dir() and folder != Path.home():
                return folder
    return cwd


def _write(file: Path, targets: list[Target], folder: str) -> None:
    """Whole or not at all; a link is followed, what was there stays with its mode."""
    try:
        real = file.resolve()
        old = real.read_bytes() if real.exists() else b""
        text = old.decode()
        for target in targets:
            text = merged(str(file), text, vscode(target, folder))
        if text.encode() != old:
            real.parent.mkdir(parents=True, exist_ok=True)
            _replace(real, text.encode(), real.stat().st_mode if real.exists() else _MODE)
    except UnicodeDecodeError as error:
        raise DevboxError(f"{file} is not UTF-8 (byte {error.start}); nothing was written.") from error
    except OSError as error:
        raise DevboxError(f"{file} cannot be written: {error.strerror}.") from error


def _replace(file: Path, content: bytes, mode: int) -> None:
    handle, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as writing:
            writing.write(content)
            writing.flush()
            os.fsync(handle)
            os.fchmod(handle, mode & 0o777)
        Path(draft).replace(file)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(draft).unlink()
        raise
