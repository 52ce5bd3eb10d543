"""What `devbox doctor` looks at, one check each: found, and what to do if it is not as it should be."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from devbox.adapters.connect import connect
from devbox.errors import EngineError
from devbox.ports import EngineInfo
from devbox.record import dataclass

_GIB = 1024**3
_OLDEST_API = (1, 41)
_DISK_FLOOR = 5 * _GIB
_WATCHES_FLOOR = 65_536
_INSTANCES_FLOOR = 128
_CLOCK_FLOOR = 5.0
"""Seconds from which times of the engine's mislead who compares them with a watch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the examination; `remedy` is "" where nothing needs doing."""

    name: str
    ok: bool
    text: str
    remedy: str = ""


async def examine(context: str, environ: Mapping[str, str]) -> tuple[Check, ...]:
    """Every check, the engine first; never raises for what it finds."""
    engine, info = await _engine(context, environ)
    checks = [engine]
    if info is not None:
        checks += [_api(info), _clock(info)]
    checks.append(await _buildkit())
    checks += [_disk(), *_inotify(), *_terminal(environ)]
    return tuple(checks)


async def _engine(context: str, environ: Mapping[str, str]) -> tuple[Check, EngineInfo | None]:
    try:
        engine = await connect(context, environ)
        try:
            info = await engine.info()
        finally:
            await engine.close()
    except EngineError as error:
        found, _, remedy = error.message.partition("; ")
        return Check(name="engine", ok=False, text=found, remedy=(error.hint or remedy).rstrip(".")), None
    return Check(
        name="engine", ok=True, text=f"Docker Engine {info.version} at {info.endpoint} ({info.os}/{info.arch})"
    ), info


def _api(info: EngineInfo) -> Check:
    version = tuple(int(part) for part in info.api_version.split("."))
    if version < _OLDEST_API:
        return Check(
            name="API",
            ok=False,
            text=f"{info.api_version}",
            remedy="devbox needs API 1.41: update to Docker Engine 20.10 or newer",
        )
    # 1.44 brought start_interval and several networks at creation.
    note = "" if version >= (1, 44) else " (no health start_interval; Engine 25 has it)"
    return Check(name="API", ok=True, text=f"{info.api_version}{note}")


def _clock(info: EngineInfo) -> Check:
    if abs(info.ahead) < _CLOCK_FLOOR:
        return Check(name="clock", ok=True, text="the engine's is this machine's")
    direction = "ahead of" if info.ahead > 0 else "behind"
    return Check(
        name="clock",
        ok=False,
        text=f"the engine's is {abs(info.ahead):.0f} s {direction} this machine's",
        remedy="set both by NTP (timedatectl set-ntp true); a virtual machine that slept is set by restarting it",
    )


async def _buildkit() -> Check:
    remedy = (
        "install the docker CLI with its buildx plugin (Debian: docker-buildx); until then the classic builder is used"
    )
    if shutil.which("docker") is None:
        return Check(name="BuildKit", ok=False, text="no docker CLI, so no buildx", remedy=remedy)
    process = await asyncio.create_subprocess_exec(
        "docker",
        "buildx",
        "version",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        return Check(name="BuildKit", ok=False, text="the docker CLI has no buildx", remedy=remedy)
    return Check(name="BuildKit", ok=True, text=output.decode(errors="replace").strip().splitlines()[0])


def _disk() -> Check:
    # A remote engine keeps its data elsewhere; then the folder devbox stands in is what fills up here.
    folder = Path("/var/lib/docker") if Path("/var/lib/docker").is_dir() else Path.cwd()
    usage = shutil.disk_usage(folder)
    text = f"{usage.free / _GIB:.0f} GiB free of {usage.total / _GIB:.0f} under {folder}"
    return Check(
        name="disk",
        ok=usage.free >= _DISK_FLOOR,
        text=text,
        remedy="" if usage.free >= _DISK_FLOOR else "docker system df shows what could go",
    )


def _inotify() -> list[Check]:
    checks = []
    for name, floor in (("max_user_watches", _WATCHES_FLOOR), ("max_user_instances", _INSTANCES_FLOOR)):
        file = Path("/proc/sys/fs/inotify") / name
        if not file.is_file():
            continue
        value = int(file.read_text())
        remedy = "" if value >= floor else f"sysctl fs.inotify.{name}={floor * 8}"
        checks.append(Check(name="inotify", ok=value >= floor, text=f"{name} is {value}", remedy=remedy))
    return checks


def _terminal(environ: Mapping[str, str]) -> list[Check]:
    term = environ.get("TERM", "")
    if not sys.stdout.isatty():
        return [Check(name="terminal", ok=True, text="not a terminal: devbox prints instead of drawing")]
    size = os.get_terminal_size()
    colours = (
        "true colour"
        if environ.get("COLORTERM") in ("truecolor", "24bit")
        else "256 colours"
        if "256" in term
        else "few colours"
    )
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    checks = [
        Check(
            name="terminal",
            ok=term not in ("", "dumb"),
            text=f"TERM={term or 'unset'}, {colours}, {size.columns}x{size.lines}",
            remedy="" if term not in ("", "dumb") else "set TERM, for example xterm-256color",
        )
    ]
    if encoding != "utf8":
        checks.append(
            Check(
                name="encoding",
                ok=False,
                text=encoding or "unknown",
                remedy="set LANG=C.UTF-8 so that symbols are drawn",
            )
        )
    if size.columns < 80 or size.lines < 24:
        checks.append(
            Check(
                name="terminal size",
                ok=False,
                text=f"{size.columns}x{size.lines}",
                remedy="80x24 and more is comfortable",
            )
        )
    return checks
