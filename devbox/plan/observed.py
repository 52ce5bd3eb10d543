"""What the engine runs, as found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any

from devbox.record import dataclass


class RunState(Enum):
    """A container's state in the engine's own words."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    REMOVING = "removing"
    EXITED = "exited"
    DEAD = "dead"


class HealthState(Enum):
    """The verdict of a container's healthcheck; NONE: it has no check."""

    NONE = "none"
    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One run of a healthcheck; times in seconds since the epoch."""

    started: float
    ended: float
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A container port as published: `host_port` 0 means exposed only."""

    container_port: int
    protocol: str = "tcp"
    host_ip: str = ""
    host_port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What only an inspect tells; times in seconds since the epoch, None where it never happened."""

    started: float | None = None
    finished: float | None = None
    exit_code: int = 0
    oom_killed: bool = False
    error: str = ""
    restart_count: int = 0
    tty: bool = False
    log_driver: str = "json-file"
    pid: int = 0
    failing_streak: int = 0
    probes: tuple[Probe, ...] = ()
    """Oldest first; the engine keeps five."""
    test: tuple[str, ...] = ()
    """The healthcheck in force (file's or image's), exec form; empty: none."""
    interval: int = 0
    timeout: int = 0
    start_period: int = 0
    start_interval: int = 0
    """Of the healthcheck in force, in nanoseconds; 0: the engine's default."""
    retries: int = 0
    anonymous_volumes: Mapping[str, str] = field(default_factory=dict)
    """mount target -> volume name, for volumes that no file names"""
    body: Mapping[str, object] = field(default_factory=dict)
    """The raw inspect answer, for `i` (inspect) and for naming what differs; the engine's schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container of a project; `detail` is None until it was inspected."""

    id: str
    name: str
    project: str
    service: str
    number: int = 1
    oneoff: bool = False
    image: str = ""
    image_id: str = ""
    state: RunState
    health: HealthState = HealthState.NONE
    created: float = 0.0
    config_hash: str = ""
    bindings: tuple[Binding, ...] = ()
    networks: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    """Names of the volumes mounted."""
    labels: Mapping[str, str] = field(default_factory=dict)
    detail: Detail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedNetwork:
    """A network with its labels."""

    id: str
    name: str
    driver: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    guests: tuple[str, ...] = ()
    """Names of the running containers of other projects on it."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """The raw entry of the engine's list, for naming what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedVolume:
    """A volume with its labels."""

    name: str
    driver: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    guests: tuple[str, ...] = ()
    """Names of the containers of other projects that mount it, running or not."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """The raw entry of the engine's list, for naming what differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedImage:
    """An image that is there; `digests` are its repository digests."""

    id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """NAME=value lines of the image itself, so that a container's own variables can be told apart."""
    created: float = 0.0
    tagged: float = 0.0
    """When its tag was last set here: by a pull, a build or `docker tag`; 0: unknown."""
    size: int = 0
    user: str = ""
    """As whom it runs by itself; "": root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPort:
    """A host port that a running container of any project holds, or else a `process` of this machine."""

    host_ip: str
    port: int
    protocol: str
    container: str = ""
    process: str = ""
    """ "python3 (process 4711)" """
    project: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The project's things as the engine has them at one moment, plus what the plan must know of others."""

    containers: tuple[Container, ...] = ()
    networks: tuple[ObservedNetwork, ...] = ()
    """The project's own, and those that the project's files name (external or shared)."""
    volumes: tuple[ObservedVolume, ...] = ()
    images: Mapping[str, ObservedImage] = field(default_factory=dict)
    """image reference as the project names it -> image; absent: not there"""
    held_ports: tuple[HeldPort, ...] = ()
    """Of containers of other projects, and of processes among the ports asked for."""
    neighbours: tuple[Container, ...] = ()
    """The containers of other Compose projects, running or not."""
    moved: frozenset[str] = frozenset()
    """Those projects whose Compose files are no longer where they were, as seen from this machine."""
    at: float = 0.0
    """When it was looked at, in seconds since the epoch by the engine's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProject:
    """One line of `devbox` asking what runs where: a project found by its labels on the engine."""

    name: str
    running: int
    total: int
    finished: int = 0
    """Those that have ended with exit code 0, as jobs do that have done their work."""
    config_files: tuple[str, ...] = ()
    working_dir: str = ""
