"""An explanation in words, on one line, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devbox.compose.added import compact
from devbox.compose.origins import Said, Use
from devbox.compose.provenance import Explanation
from devbox.compose.route import spell
from devbox.errors import Place


def words(found: Explanation, folder: str) -> list[str]:
    """The whole of it, a fact a line; files below `folder` by their relative names."""
    lines = [f"{spell(found.path)} = {shown(found.value)}", f"  {setting(found, folder)}"]
    if found.text:
        lines.append(f"  written as {shown(found.text)}")
    for use in found.uses:
        lines += [f"  {line}" for line in _use(use, folder)]
    lines += [f"  instead of {_said(said, folder)}" for said in found.lost]
    return lines


def short(found: Explanation, folder: str) -> str:
    """One line: the value and where it is set."""
    origin = near(found.place, folder) if found.place else "devbox"
    if found.added:
        origin = f"{near(found.place, folder)} (added)" if found.place else f"added {found.added}"
    names = f" ({', '.join(dict.fromkeys(_brief(use, folder) for use in found.uses))})" if found.uses else ""
    return f"{spell(found.path)} = {shown(found.value)} <- {origin}{names}"


def setting(found: Explanation, folder: str) -> str:
    """Where the value is set, as the beginning of a sentence."""
    if not found.added:
        return f"set at {near(found.place, folder)}" if found.place else "set"
    return f"added {found.added}" + (f" ({near(found.place, folder)})" if found.place else "")


def as_json(found: Explanation) -> dict[str, Any]:
    """The fields as plain values; what is not there is null or empty."""
    return {
        "path": spell(found.path),
        "value": found.value,
        "place": _place(found.place),
        "added": found.added,
        "text": found.text or None,
        "variables": [_use_json(use) for use in found.uses],
        "instead_of": [_said_json(said) for said in found.lost],
    }


def shown(value: Any) -> str:
    """A value on one line: text as it is, everything else as JSON."""
    return value if isinstance(value, str) and value and value.isprintable() else compact(value)


def near(place: Place, folder: str) -> str:
    """The place, without the folder one stands in."""
    return str(place).removeprefix(f"{folder.rstrip('/')}/")


def _use(use: Use, folder: str) -> Iterator[str]:
    if use.value is None:
        yield f"{use.name} is not set" + _taken(use)
    else:
        yield f"{use.name} = {shown(use.value)}, from {_source(use, folder)}" + _taken(use)
        if use.text:
            yield f"  written as {shown(use.text)}"
    for inner in use.uses:
        yield from (f"  {line}" for line in _use(inner, folder))
    yield from (f"  instead of {_said(said, folder)}" for said in use.lost)


def _taken(use: Use) -> str:
    if use.taken is None:
        return ""
    return f"; {shown(use.taken)} stands in its place" + ("" if use.value else ", the default")


def _source(use: Use, folder: str) -> str:
    return near(use.place, folder) if use.place else use.source


def _brief(use: Use, folder: str) -> str:
    if use.taken is not None:
        return f"{use.name}: the default" if not use.value else f"{use.name}: set"
    return f"{use.name}: {'not set' if use.value is None else _source(use, folder)}"


def _said(said: Said, folder: str) -> str:
    return f"{shown(said.value)}, {near(said.place, folder) if said.place else said.source}"


def _place(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"file": place.file, "line": place.line, "column": place.column}


def _said_json(said: Said) -> dict[str, Any]:
    return {"value": said.value, "place": _place(said.place), "source": said.source}


def _use_json(use: Use) -> dict[str, Any]:
    return {
        "name": use.name,
        "value": use.value,
        "place": _place(use.place),
        "source": use.source,
        "default": use.taken,
        "text": use.text or None,
        "variables": [_use_json(inner) for inner in use.uses],
        "instead_of": [_said_json(said) for said in use.lost],
    }
