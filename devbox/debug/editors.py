"""What other debuggers are told to attach to a service where devbox listens: by editor and by kind of debug server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devbox.debug.model import Pair
from devbox.record import dataclass

Entry = Mapping[str, Any]

_PYTHON = frozenset({"", "python", "debugpy"})
_GO = frozenset({"go", "delve"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A service to attach to: `type` as in x-devbox ("": Python), where devbox listens, and which folders are alike."""

    project: str
    service: str
    type: str
    host: str
    port: int
    pairs: tuple[Pair, ...]

    @property
    def name(self) -> str:
        """What the entry is called."""
        return f"{self.project}: {self.service}"

    @property
    def reached(self) -> str:
        """Whom this machine's programs ask: an address that stands for all is no address."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)


def vscode(target: Target, folder: str) -> Entry:
    """The entry of launch.json, for a window that is opened at `folder`."""
    head = {"name": target.name, "request": "attach"}
    connect = {"host": target.reached, "port": target.port}
    pairs = [(_local(pair.host, folder), pair.there) for pair in target.pairs]
    if target.type in _PYTHON:
        mappings = [{"localRoot": host, "remoteRoot": there} for host, there in pairs]
        return {**head, "type": "debugpy", "connect": connect, "pathMappings": mappings}
    if target.type in _GO:
        mappings = [{"from": host, "to": there} for host, there in pairs]
        return {
            **head,
            "type": "go",
            "debugAdapter": "dlv-dap",
            "mode": "remote",
            **connect,
            "substitutePath": mappings,
        }
    return {**head, "type": target.type, "debugServer": target.port}


def neovim(target: Target) -> str:
    """Lua for nvim-dap. Paths are put in by devbox."""
    kind = {"": "python", "debugpy": "python", "delve": "go"}.get(target.type, target.type)
    extra = ', mode = "remote"' if target.type in _GO else ""
    name = json.dumps(target.name, ensure_ascii=False)
    adapter = f'{{ type = "server", host = "{target.reached}", port = {target.port} }}'
    return f"""\
local dap = require("dap")
dap.adapters[{name}] = {adapter}
dap.configurations.{kind} = dap.configurations.{kind} or {{}}
table.insert(dap.configurations.{kind}, {{ type = {name}, request = "attach", name = {name}{extra} }})
"""


def pycharm(target: Target) -> str:
    """What is filled in at PyCharm's run configuration."""
    lines = [
        "Run > Edit Configurations > + > Attach to DAP",
        f"  Host: {target.reached}   Port: {target.port}",
        *(f"  Path mapping: {pair.host} = {pair.there}" for pair in target.pairs),
    ]
    return "\n".join(lines) + "\n"


def _local(path: str, folder: str) -> str:
    if path == folder:
        return "${workspaceFolder}"
    below = folder.rstrip("/") + "/"
    return "${workspaceFolder}/" + path[len(below) :] if path.startswith(below) else path
