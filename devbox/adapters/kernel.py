"""What this machine's kernel says of a container's process: /proc and /sys/fs/cgroup."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from devbox.hardening.evidence import V1, V2, Evidence, limits, root_options, status

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")


def seen(pid: int, evidence: Evidence, files: Sequence[str]) -> Evidence | None:
    """`evidence` completed from the process `pid`; None if it is not the container's, or may not be read."""
    process = _PROC / str(pid)
    try:
        groups = (process / "cgroup").read_text()
        if evidence.id not in groups:  # the engine's pid is one of another machine, a virtual one maybe
            return None
        return replace(
            evidence,
            status=status((process / "status").read_text()),
            root_options=root_options((process / "mounts").read_text()),
            limits=limits("".join(_limit_files(groups))),
            modes=_modes(process / "root", files),
        )
    except OSError:
        return None


def _limit_files(groups: str) -> list[str]:
    """The lines of the container's cgroup, of version 2 or 1."""
    paths: Mapping[str, str] = {
        controller: path
        for _, controllers, path in (line.split(":", 2) for line in groups.splitlines())
        for controller in controllers.split(",")
    }
    unified = _CGROUPS / paths.get("", "").lstrip("/")
    if (unified / V2[0]).exists():
        return [(unified / name).read_text() for name in V2]
    files = ((name, *name.split("/", 1)) for name in V1)
    return [(_CGROUPS / controller / paths[controller].lstrip("/") / file).read_text() for _, controller, file in files]


def _modes(root: Path, files: Sequence[str]) -> dict[str, int]:
    """By path; what is not there is left out. The container's links lead nowhere here, so none is followed."""
    found: dict[str, int] = {}
    for file in files:
        path = root / file.lstrip("/")
        try:
            found[file] = os.lstat(path).st_mode & 0o7777
        except FileNotFoundError:
            continue
    return found
