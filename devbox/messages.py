"""What the session and the world outside tell each other: the core types that the ports speak in.

Times are in seconds, sizes in bytes, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from devbox.record import dataclass

if TYPE_CHECKING:  # each costs a command of the CLI that has no use for it 10-30 ms
    from devbox.compose.model import Build, FileObject


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """The engine as it answered; `endpoint` as one writes it in DOCKER_HOST, `context` the CLI's name for it."""

    endpoint: str
    context: str
    version: str
    api_version: str
    """As negotiated."""
    os: str
    arch: str
    name: str
    cpus: int = 0
    memory: int = 0
    rootless: bool = False
    id: str = ""
    """By which the engine knows itself."""
    ahead: float = 0.0
    """Seconds by which its clock is ahead of this machine's; 0 within a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEvent:
    """One event of the engine's stream; `time` in nanoseconds; `attributes` as the engine gives them, with labels."""

    kind: str
    action: str
    id: str
    time: int
    project: str = ""
    service: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One reading of a container's counters; `cpu` used and `time` (the engine's clock) in nanoseconds."""

    time: int
    cpu: int
    memory: int
    memory_limit: int
    net_rx: int = 0
    net_tx: int = 0
    block_read: int = 0
    block_write: int = 0
    pids: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One message of a pull or a build.

    `item` names the layer or build step it speaks of ("": the whole), `status` is short ("extracting"),
    `current`/`total` bytes where known (0: unknown), `log` a line of output, `done` ends the item,
    `error` is "" or why it failed.
    """

    item: str = ""
    status: str = ""
    current: int = 0
    total: int = 0
    log: str = ""
    done: bool = False
    cached: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecResult:
    """A finished exec; `output` is stdout and stderr, decoded with replacement, at most 64 KiB."""

    exit_code: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """`secrets` are the project's objects that `build.secrets` names; `environment` holds what those name in turn."""

    project: str
    service: str
    image: str
    build: Build
    platform: str = ""
    no_cache: bool = False
    pull: bool = False
    secrets: Mapping[str, FileObject] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose files are in a container."""

    uid: int = 0
    gid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Absolute paths that changed. `more`: they belong to a storm that goes on; it ends with the next that have not
    this mark, though there be no path among them. `lost`: there were so many that some may not have been told."""

    paths: tuple[str, ...] = ()
    more: bool = False
    lost: bool = False

    def __len__(self) -> int:
        return len(self.paths)
