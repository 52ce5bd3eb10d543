"""`volumes`, `devices`, `secrets` and `configs` of a service: short forms to long entries."""

from __future__ import annotations

import re
from typing import Any

from devbox.compose import paths
from devbox.compose.reading import DROP, Reading, Shape, kind, quoted
from devbox.compose.report import Path
from devbox.compose.shapes import either, filled_pairs, once, record
from devbox.compose.values import exact_size, mode, one_of, switch, text, whole

_DRIVE = re.compile(r"[A-Za-z]:(?:\\|/.*:)")
_PROPAGATION = ("rprivate", "private", "rshared", "shared", "rslave", "slave")

Entry = dict[str, Any]


def parse_volume(spec: str) -> Entry:
    """One short form of `volumes`; ValueError says what is wrong."""
    if not spec:
        raise ValueError("is empty")
    if len(spec) <= 2:
        return {"type": "volume", "target": paths.clean(spec)}
    parts = _split(spec)
    if "" in parts:
        raise ValueError("nothing stands between two colons")
    if len(parts) > 3:
        raise ValueError("too many colons")
    source = parts[0] if len(parts) > 1 else ""
    entry: Entry = {"type": "bind" if _is_path(source) else "volume"}
    if source:
        entry["source"] = source
    entry["target"] = paths.clean(parts[1] if len(parts) > 1 else parts[0])
    bind: Entry = {}
    volume: Entry = {}
    for option in parts[2].split(",") if len(parts) == 3 else ():
        if option in ("ro", "rw"):
            entry["read_only"] = option == "ro"
        elif option == "nocopy":
            volume["nocopy"] = True
        elif option in _PROPAGATION:
            bind["propagation"] = option
        elif option in ("z", "Z"):
            bind["selinux"] = option
    if entry["type"] == "bind":
        entry["bind"] = bind | {"create_host_path": True}
        if volume:
            entry["volume"] = volume
    else:
        entry["volume"] = volume
        if bind:
            entry["bind"] = bind
    return entry


def _split(spec: str) -> list[str]:
    drive = _DRIVE.match(spec)
    parts = spec[2:].split(":") if drive else spec.split(":")
    return [spec[:2] + parts[0], *parts[1:]] if drive else parts


def _is_path(source: str) -> bool:
    return source.startswith((".", "/", "~", "\\\\")) or bool(re.match(r"[A-Za-z]:[\\/]", source))


_LONG: Shape = record(
    {
        "type": one_of("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
        "source": text,
        "target": text,
        "read_only": switch,
        "consistency": text,
        "bind": record(
            {
                "propagation": text,
                "create_host_path": switch,
                "recursive": one_of("enabled", "disabled", "writable", "readonly"),
                "selinux": one_of("z", "Z"),
            }
        ),
        "volume": record({"labels": once(filled_pairs), "nocopy": switch, "subpath": text}),
        "tmpfs": record({"size": exact_size, "mode": whole(0, texts=False, cut=True)}),
        "image": record({"subpath": text}),
    },
    needs=("type", "target"),
)


def volume(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of one entry of `volumes`."""
    if isinstance(value, str):
        try:
            entry = parse_volume(value)
        except ValueError as error:
            return reading.fault(path, f'"{value}": {error}', 'write "name:/path", "./folder:/path" or "/path"')
    elif not isinstance(value, dict):
        return reading.fault(path, f"must be text or a mapping, but is {kind(value)}", quoted(value))
    else:
        entry = _LONG(value, path, reading)
        if entry is DROP:
            return DROP
        if entry.get("target"):
            entry["target"] = paths.clean(entry["target"])
    if entry.get("type") == "bind":
        if "source" not in entry:
            return reading.fault(path, "a bind mount needs a source", "name the file or folder of this machine")
        entry["source"] = paths.local(entry["source"] or ".", reading.base, reading.home)
    return entry


def device(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of one entry of `devices`."""
    if not isinstance(value, str):
        return _DEVICE(value, path, reading)
    parts = value.split(":")
    if len(parts) > 3:
        return reading.fault(path, f'"{value}": too many colons', 'write "/dev/here:/dev/there:rwm"')
    target = parts[1] if len(parts) > 1 and parts[1] else parts[0]
    return {"source": parts[0], "target": target, "permissions": parts[2] if len(parts) == 3 else "rwm"}


_DEVICE = record({"source": text, "target": text, "permissions": text}, needs=("source", "target"))


def _named(value: Any, path: Path, reading: Reading) -> Any:
    return {"source": value}


file_mount: Shape = either(
    when=str,
    then=_named,
    otherwise=record({"source": text, "target": text, "uid": text, "gid": text, "mode": mode}),
)
"""One entry of `secrets` or `configs`."""
