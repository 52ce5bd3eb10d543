"""The project's breakpoints: what is put, moved and taken away, and how they are said to a debuggee and kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from devbox.debug.model import Bound, Breakpoint

Breakpoints = tuple[Breakpoint, ...]


def put(among: Breakpoints, one: Breakpoint) -> Breakpoints:
    """With `one`, in place of what was on its line."""
    rest = [other for other in among if _line(other) != _line(one)]
    return tuple(sorted((*rest, one), key=_line))


def drop(among: Breakpoints, path: str = "", line: int = 0) -> Breakpoints:
    """Without that of the line; 0: those of the file; "": all."""
    return tuple(one for one in among if path and (one.path != path or (line and one.line != line)))


def toggle(among: Breakpoints, path: str, line: int, there: bool = False) -> Breakpoints:
    """Without what is on the line, or with a plain one."""
    at = (path, there, line)
    if any(_line(one) == at for one in among):
        return tuple(one for one in among if _line(one) != at)
    return put(among, Breakpoint(path=path, line=line, there=there))


def by_path(among: Iterable[Breakpoint]) -> dict[tuple[str, bool], list[Breakpoint]]:
    """Those of each file (path, whether it is the container's), by line."""
    found: dict[tuple[str, bool], list[Breakpoint]] = {}
    for one in among:
        found.setdefault((one.path, one.there), []).append(one)
    return found


def requested(one: Breakpoint, can: frozenset[str]) -> dict[str, Any]:
    """As DAP's SourceBreakpoint, without what the debuggee does not understand."""
    asked: dict[str, Any] = {"line": one.line}
    for key, value, capability in _extras(one):
        if value and capability in can:
            asked[key] = value
    return asked


def lacking(one: Breakpoint, can: frozenset[str]) -> str:
    """Why it would not do what it says there; "" if it would."""
    words = {"condition": "conditions", "hitCondition": "hit counts", "logMessage": "logpoints"}
    missing = [words[key] for key, value, capability in _extras(one) if value and capability not in can]
    return f"The debug server has no {' and no '.join(missing)}" if missing else ""


def unmapped(one: Breakpoint) -> Bound:
    """Of one whose file no container has."""
    return Bound(
        verified=False,
        message="No folder of the container is the same as the one this file is in (see the paths).",
    )


def kept(among: Breakpoints, filters: frozenset[str] | None) -> str:
    """As text that `recalled` understands."""
    said = {"breakpoints": [asdict(one) for one in among], "filters": sorted(filters) if filters is not None else None}
    return json.dumps(said, indent=1)


def recalled(text: str) -> tuple[Breakpoints, frozenset[str] | None]:
    """What `kept` made of them; what cannot be understood is left out."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return (), None
    if not isinstance(said, dict):
        return (), None
    among: Breakpoints = ()
    listed = said.get("breakpoints")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and (one := _recalled(entry)):
            among = put(among, one)
    names = said.get("filters")
    return among, frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else None


def _recalled(entry: Mapping[str, Any]) -> Breakpoint | None:
    types = {"path": str, "line": int, "condition": str, "hits": str, "log": str}
    known: dict[str, Any] = {}
    for spec in fields(Breakpoint):
        if spec.name not in entry:
            continue
        if type(entry[spec.name]) is not types.get(spec.name, bool):
            return None
        known[spec.name] = entry[spec.name]
    return Breakpoint(**known) if known.get("path") and known.get("line", 0) > 0 else None


def _line(one: Breakpoint) -> tuple[str, bool, int]:
    return one.path, one.there, one.line


def _extras(one: Breakpoint) -> tuple[tuple[str, str, str], ...]:
    return (
        ("condition", one.condition, "supportsConditionalBreakpoints"),
        ("hitCondition", one.hits, "supportsHitConditionalBreakpoints"),
        ("logMessage", one.log, "supportsLogPoints"),
    )
