"""devbox's own part of a service: how a debugger gets into it."""

from __future__ import annotations

import re
from typing import Any

from devbox.compose.reading import Reading, Shape, kind
from devbox.compose.report import Path
from devbox.compose.shapes import record
from devbox.compose.values import switch, whole

_WAYS = "write true, or {port: 5678, type: python} where it offers a debug server itself"
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def _type(value: Any, path: Path, reading: Reading) -> Any:
    """What an IDE calls the kind of debugger: python, go, node, lldb, ..."""
    if isinstance(value, str) and _TYPE.fullmatch(value):
        return value
    said = f'"{value}"' if isinstance(value, str) else kind(value)
    return reading.fault(path, f"must be a kind of debugger, but is {said}", "write python, go, node or the like")


_MAPPING = record({"on_demand": switch, "port": whole(1, 65535), "type": _type}, free=False)


def _debug(value: Any, path: Path, reading: Reading) -> Any:
    """`true` is short for {on_demand: true}."""
    if isinstance(value, bool):
        return {"on_demand": value}
    if not isinstance(value, dict):
        return reading.fault(path, f"must be true, false or a mapping, but is {kind(value)}", _WAYS)
    if not value:
        return reading.fault(path, "needs one of on_demand and port", _WAYS)
    return _MAPPING(value, path, reading)


own: Shape = record({"debug": _debug}, needs=("debug",), free=False)
"""The shape of `x-devbox` in a service."""
