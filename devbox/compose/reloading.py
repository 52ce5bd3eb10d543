"""devbox's own part of a rule of `develop.watch`: how a service takes up its new files without a restart."""

from __future__ import annotations

import signal
from typing import Any

from devbox.compose.forms import command
from devbox.compose.reading import DROP, Reading, Shape, kind, near
from devbox.compose.report import Path
from devbox.compose.shapes import record
from devbox.compose.values import one_of

_NAMES = tuple(one.name.removeprefix("SIG") for one in signal.Signals)
_WAYS = "write {signal: HUP}, {exec: [COMMAND, ...]} or restart"


def own(hook: Shape) -> Shape:
    """The shape of `x-devbox` in a rule, `hook` being that of the rule's `exec`."""

    def run(value: Any, path: Path, reading: Reading) -> Any:
        """A command alone, or with user and environment."""
        if not isinstance(value, str | list):
            return hook(value, path, reading)
        found = command(value, path, reading)
        if not found:
            return reading.fault(path, "is empty", "name the command")
        return found if found is DROP else {"command": found}

    ways = record({"signal": _signal, "exec": run}, free=False)

    def reload(value: Any, path: Path, reading: Reading) -> Any:
        if isinstance(value, str):
            return one_of("restart")(value, path, reading)
        found = ways(value, path, reading)
        if isinstance(value, dict) and {"signal", "exec"} >= value.keys() and len(value) != 1:
            return reading.fault(path, "needs one of signal and exec", _WAYS)
        return found

    return record({"reload": reload}, needs=("reload",), free=False)


def _signal(value: Any, path: Path, reading: Reading) -> Any:
    """A signal's name, with or without SIG, as the engine takes it."""
    if not isinstance(value, str):
        return reading.fault(path, f"must be the name of a signal, but is {kind(value)}", "write HUP, USR1 or the like")
    name = value.upper().removeprefix("SIG")
    if name not in _NAMES:
        return reading.fault(path, f'"{value}" is no signal', near(name, _NAMES) or "write HUP, USR1 or the like")
    return f"SIG{name}"
