"""Asking running containers how they really run: this machine's kernel where it is theirs, else `cat` inside them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from devbox.errors import EngineError, EngineLost, NoEngine
from devbox.hardening.evidence import V1, V2, Evidence, Limits, limits, root_options, status
from devbox.hardening.holding import secret_path
from devbox.plan.observed import Container

if TYPE_CHECKING:
    from devbox.compose.model import Project
    from devbox.hardening.world import Inspector
    from devbox.ports import Engine

_CGROUPS = "/sys/fs/cgroup"
_LIMIT = 20.0
"""Seconds a command in a container may take."""


async def gather(
    engine: Engine, inspector: Inspector, project: Project, containers: Sequence[Container]
) -> tuple[list[Evidence], list[str]]:
    """Evidence of each of the containers, and in a sentence each what could not be looked into."""
    found = await asyncio.gather(*(_of(engine, inspector, project, one) for one in containers))
    return [evidence for evidence, _ in found], [text for _, text in found if text]


async def _of(engine: Engine, inspector: Inspector, project: Project, container: Container) -> tuple[Evidence, str]:
    told = Evidence(
        id=container.id,
        container=container.name,
        service=container.service,
        outdated=container.config_hash != project.hashes.get(container.service, container.config_hash),
        published=tuple((one.container_port, one.host_ip) for one in container.bindings if one.host_port),
    )
    service = project.services.get(container.service)
    files = [secret_path(one.source, one.target) for one in (service.secrets if service else ())]
    pid = container.detail.pid if container.detail else 0
    seen = await inspector.evidence(pid, told, files) or await _asked_inside(engine, container, told, files)
    if seen is None:
        return (
            told,
            f"{container.name} has no `cat`, and its kernel is not this machine's: only its ports were looked at",
        )
    missing = [
        what
        for what, there in (
            ("mounts", seen.root_options),
            ("limits", seen.limits),
            ("modes of secrets", seen.modes or not files),
        )
        if not there
    ]
    return seen, f"{container.name} does not show its {' and '.join(missing)}" if missing else ""


async def _asked_inside(engine: Engine, container: Container, told: Evidence, files: Sequence[str]) -> Evidence | None:
    """`told` completed by commands in the container; None where it has none."""
    account = await _cat(engine, container, "/proc/1/status")
    if not account:
        return None
    mounts, held, modes = await asyncio.gather(
        _cat(engine, container, "/proc/1/mounts"), _limits(engine, container), _modes(engine, container, files)
    )
    return replace(told, status=status(account), root_options=root_options(mounts), limits=held, modes=modes)


async def _limits(engine: Engine, container: Container) -> Limits | None:
    for names in (V2, V1):
        if lines := await _cat(engine, container, *(f"{_CGROUPS}/{name}" for name in names)):
            return limits(lines)
    return None


async def _modes(engine: Engine, container: Container, files: Sequence[str]) -> dict[str, int]:
    """By path; nothing where the image has no `stat`."""
    found: dict[str, int] = {}
    for line in (await _run(engine, container, ["stat", "-c", "%a %n", *files])).splitlines() if files else ():
        mode, _, file = line.partition(" ")
        found[file] = int(mode, 8)
    return found


async def _cat(engine: Engine, container: Container, *files: str) -> str:
    return await _run(engine, container, ["cat", *files])


async def _run(engine: Engine, container: Container, command: Sequence[str]) -> str:
    """What the command prints; "" where it cannot be run, or fails."""
    try:
        result = await engine.exec(container.id, command, timeout=_LIMIT)
    except (NoEngine, EngineLost):
        raise
    except (EngineError, TimeoutError):
        return ""
    return result.output if result.exit_code == 0 else ""
