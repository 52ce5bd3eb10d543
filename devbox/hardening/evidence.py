"""What a running container shows of itself: the kernel's account of its first process, and the engine's of its ports.

The texts are those of /proc/PID/status, /proc/PID/mounts and of the cgroup's files, version 1 or 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from devbox.record import dataclass

V2 = ("memory.max", "cpu.max", "pids.max")
V1 = (
    "memory/memory.limit_in_bytes",
    "cpu/cpu.cfs_quota_us",
    "cpu/cpu.cfs_period_us",
    "pids/pids.max",
)
"""Files of a cgroup, each a line, in the order in which `limits` takes their lines."""
_UNLIMITED = 1 << 60
"""Version 1 says "no limit" as the largest number of whole pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits in force: bytes, CPUs, processes; None is no limit."""

    memory: int | None = None
    cpus: float | None = None
    pids: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Of one container, by its engine id and its name.

    `published` are (container port, host address) of ports in force, `modes` those of files by path.
    """

    id: str
    container: str
    service: str
    outdated: bool = False
    """It was made from other files than those that are here."""
    published: tuple[tuple[int, str], ...] = ()
    status: Mapping[str, str] = field(default_factory=dict)
    """Fields of /proc/PID/status; empty if it could not be read."""
    root_options: tuple[str, ...] = ()
    """How / is mounted; empty if it could not be read."""
    limits: Limits | None = None
    modes: Mapping[str, int] = field(default_factory=dict)

    @property
    def uids(self) -> frozenset[int]:
        """Real, effective, saved and file-system uid of the first process."""
        return frozenset(int(word) for word in self.status.get("Uid", "").split())


def status(text: str) -> dict[str, str]:
    """The fields of /proc/PID/status."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, colon, value in pairs if colon}


def root_options(mounts: str) -> tuple[str, ...]:
    """The options of the last mount at /."""
    lines = (line.split() for line in mounts.splitlines())
    roots = [words for words in lines if len(words) > 3 and words[1] == "/"]
    return tuple(roots[-1][3].split(",")) if roots else ()


def limits(text: str) -> Limits | None:
    """From the lines of V2's or V1's files, in their order; None if they are neither."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) == len(V2):
        memory, cpu, pids = lines
        quota, _, period = cpu.partition(" ")
        return Limits(memory=_count(memory), cpus=_share(quota, period), pids=_count(pids))
    if len(lines) == len(V1):
        memory, quota, period, pids = lines
        return Limits(memory=_count(memory), cpus=_share(quota, period), pids=_count(pids))
    return None


def _count(text: str) -> int | None:
    if not text.isdecimal() or int(text) >= _UNLIMITED:
        return None
    return int(text)


def _share(quota: str, period: str) -> float | None:
    return int(quota) / int(period) if quota.isdecimal() and period.isdecimal() and int(period) else None
