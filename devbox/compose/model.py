"""The Compose model, decoded and typed.

Units throughout: sizes in bytes, durations in nanoseconds (as the engine takes them), CPUs as floats, file modes as
ints.
`None` means the file says nothing, so the engine's or the image's default holds. Mappings are read-only by convention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from devbox.compose.parts import (
    BlkioConfig,
    Build,
    Condition,
    Debug,
    Dependency,
    Deploy,
    Device,
    DeviceRequest,
    FileReference,
    Healthcheck,
    Hook,
    Logging,
    Mount,
    MountKind,
    NetworkAttachment,
    Port,
    Reload,
    Resources,
    Throttle,
    UpdateConfig,
    WatchRule,
)
from devbox.errors import Place
from devbox.record import dataclass

__all__ = [
    "BlkioConfig",
    "Build",
    "Condition",
    "Debug",
    "Dependency",
    "Deploy",
    "Device",
    "DeviceRequest",
    "FileObject",
    "FileReference",
    "Healthcheck",
    "Hook",
    "IpamPool",
    "Logging",
    "Mount",
    "MountKind",
    "Network",
    "NetworkAttachment",
    "Port",
    "Project",
    "Reload",
    "Resources",
    "Service",
    "Throttle",
    "Tree",
    "UpdateConfig",
    "Volume",
    "WatchRule",
]

Tree = Mapping[str, Any]
"""A canonical YAML tree: str, int, float, bool, None, lists and string-keyed mappings of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One service as the files describe it, everything folded in."""

    name: str
    tree: Tree = field(default_factory=dict)
    """The service's canonical YAML, as `devbox config` prints it (without the doubled `$`)."""
    place: Place | None = None
    """Where the service's key stands (of the last file that has it)."""

    image: str = ""
    build: Build | None = None
    pull_policy: str = ""
    platform: str = ""
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """None: named without a value and unresolved, so the variable is not set."""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    container_name: str = ""
    hostname: str = ""
    domainname: str = ""
    working_dir: str = ""
    user: str = ""
    group_add: tuple[str, ...] = ()
    tty: bool = False
    stdin_open: bool = False
    init: bool | None = None
    attach: bool | None = None

    profiles: tuple[str, ...] = ()
    scale: int | None = None
    depends_on: Mapping[str, Dependency] = field(default_factory=dict)
    """Explicit and implied (links, network_mode, ipc, pid: service:..., volumes_from)."""
    restart: str = ""
    healthcheck: Healthcheck | None = None
    stop_signal: str = ""
    stop_grace_period: int | None = None
    post_start: tuple[Hook, ...] = ()
    pre_stop: tuple[Hook, ...] = ()
    watch: tuple[WatchRule, ...] = ()
    debug: Debug | None = None

    ports: tuple[Port, ...] = ()
    expose: tuple[str, ...] = ()
    networks: tuple[NetworkAttachment, ...] = ()
    network_mode: str = ""
    mac_address: str = ""
    links: tuple[str, ...] = ()
    external_links: tuple[str, ...] = ()
    extra_hosts: tuple[tuple[str, str], ...] = ()
    """(host, address), in the order printed."""
    dns: tuple[str, ...] = ()
    dns_opt: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()

    volumes: tuple[Mount, ...] = ()
    volumes_from: tuple[str, ...] = ()
    tmpfs: tuple[str, ...] = ()
    configs: tuple[FileReference, ...] = ()
    secrets: tuple[FileReference, ...] = ()
    storage_opt: Mapping[str, str] = field(default_factory=dict)
    volume_driver: str = ""

    privileged: bool = False
    read_only: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    userns_mode: str = ""
    ipc: str = ""
    pid: str = ""
    uts: str = ""
    cgroup: str = ""
    cgroup_parent: str = ""
    isolation: str = ""
    runtime: str = ""
    credential_spec: Mapping[str, str] = field(default_factory=dict)
    sysctls: Mapping[str, str] = field(default_factory=dict)
    ulimits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """name -> (soft, hard)"""
    devices: tuple[Device, ...] = ()
    device_cgroup_rules: tuple[str, ...] = ()
    gpus: tuple[DeviceRequest, ...] = ()
    use_api_socket: bool = False

    cpu_count: int | None = None
    cpu_percent: float | None = None
    cpu_period: int | None = None
    cpu_quota: int | None = None
    cpu_rt_period: int | None = None
    cpu_rt_runtime: int | None = None
    cpu_shares: int | None = None
    cpus: float | None = None
    cpuset: str = ""
    mem_limit: int | None = None
    mem_reservation: int | None = None
    mem_swappiness: int | None = None
    memswap_limit: int | None = None
    oom_kill_disable: bool = False
    oom_score_adj: int | None = None
    pids_limit: int | None = None
    shm_size: int | None = None
    blkio: BlkioConfig | None = None
    deploy: Deploy = field(default_factory=Deploy)
    logging: Logging | None = None
    provider: Tree | None = None

    @property
    def replicas(self) -> int:
        """How many containers the files ask for."""
        for count in (self.scale, self.deploy.replicas):
            if count is not None:
                return count
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IpamPool:
    """One entry of `ipam.config`."""

    subnet: str = ""
    gateway: str = ""
    ip_range: str = ""
    aux_addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network; `name` is its name in the engine, `place` where its key stands."""

    key: str
    name: str
    place: Place | None = None
    driver: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict)
    ipam_driver: str = ""
    ipam_options: Mapping[str, str] = field(default_factory=dict)
    ipam: tuple[IpamPool, ...] = ()
    external: bool = False
    internal: bool = False
    attachable: bool = False
    enable_ipv4: bool | None = None
    enable_ipv6: bool | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    tree: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A named volume; `name` is its name in the engine, `place` where its key stands."""

    key: str
    name: str
    place: Place | None = None
    driver: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict)
    external: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    tree: Tree = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileObject:
    """A config or a secret: one of `file` (absolute path), `environment` (variable), `content`, or `external`."""

    key: str
    name: str
    file: str = ""
    environment: str = ""
    content: str | None = None
    """The text itself: inline `content`, or the value of `environment`."""
    external: bool = False
    digest: str = ""
    """Tells one content from another (devbox.compose.contents); "": unknown."""
    place: Place | None = None
    length: int = 0
    alphabet: str = ""
    """How devbox makes its content (`x-devbox: {generate: {length, alphabet}}`); 0 and "": as it sees fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A loaded project: what should run."""

    name: str
    working_dir: str
    files: tuple[str, ...] = ()
    """Absolute paths of the Compose files, in order of merging."""
    env_files: tuple[str, ...] = ()
    """Absolute paths of those asked for instead of `.env`."""
    profiles: tuple[str, ...] = ()
    """The active profiles."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """The enabled services, in the order of the files."""
    disabled: Mapping[str, Service] = field(default_factory=dict)
    """Services that their profiles leave out."""
    networks: Mapping[str, Network] = field(default_factory=dict)
    """Those that a service uses, be it a disabled one; so are volumes, configs and secrets."""
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    configs: Mapping[str, FileObject] = field(default_factory=dict)
    secrets: Mapping[str, FileObject] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    """What interpolation saw: .env files and the shell."""
    tree: Tree = field(default_factory=dict)
    """The canonical model, as `devbox config --format json` prints it."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """service -> hash of its configuration (label com.docker.compose.config-hash)."""
    warnings: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    """Variables set here that the files take, where one that was asked for lies elsewhere: its author may see them."""
