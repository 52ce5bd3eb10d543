"""The Compose model, decoded and typed.

Units throughout: sizes in bytes, durations in nanoseconds (as the engine takes them), CPUs as floats, file modes as
ints.
`None` means the file says nothing, so the engine's or the image's default holds. Mappings are read-only by convention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any

from devbox.errors import Place
from devbox.record import dataclass

Tree = Mapping[str, Any]
"""A canonical YAML tree: str, int, float, bool, None, lists and string-keyed mappings of these."""


class Condition(Enum):
    """What a dependent waits for (`depends_on.*.condition`)."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    COMPLETED = "service_completed_successfully"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One entry of `depends_on`; `restart`: restart the dependent when devbox restarts or recreates `service`."""

    service: str
    condition: Condition = Condition.STARTED
    required: bool = True
    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A published or exposed port. `published` is "" (engine chooses), "8000" or a range "8000-8010"."""

    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"
    mode: str = "ingress"
    name: str = ""
    app_protocol: str = ""


class MountKind(Enum):
    """`volumes[].type`."""

    VOLUME = "volume"
    BIND = "bind"
    TMPFS = "tmpfs"
    IMAGE = "image"
    NPIPE = "npipe"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One entry of `volumes`. `source` is an absolute path (bind), a key of `Project.volumes`, or "" (anonymous)."""

    kind: MountKind
    target: str
    source: str = ""
    read_only: bool = False
    consistency: str = ""
    bind_propagation: str = ""
    bind_create_host_path: bool = False
    bind_recursive: str = ""
    bind_selinux: str = ""
    volume_nocopy: bool = False
    volume_subpath: str = ""
    volume_labels: Mapping[str, str] = field(default_factory=dict)
    tmpfs_size: int | None = None
    tmpfs_mode: int | None = None
    image_subpath: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReference:
    """A use of a config or secret by a service; `source` is a key of `Project.configs` or `.secrets`."""

    source: str
    target: str = ""
    uid: str = ""
    gid: str = ""
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAttachment:
    """How a service joins `network` (a key of `Project.networks`)."""

    network: str
    aliases: tuple[str, ...] = ()
    ipv4_address: str = ""
    ipv6_address: str = ""
    link_local_ips: tuple[str, ...] = ()
    mac_address: str = ""
    interface_name: str = ""
    driver_opts: Mapping[str, str] = field(default_factory=dict)
    priority: int = 0
    gw_priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck:
    """`test` in exec form, its first word CMD, CMD-SHELL or NONE; empty: the image's own test with these settings."""

    test: tuple[str, ...] = ()
    interval: int | None = None
    timeout: int | None = None
    start_period: int | None = None
    start_interval: int | None = None
    retries: int | None = None
    disable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """How the image is made. `context` is an absolute path or a URL; `args` of None are the builder's environment's."""

    context: str
    dockerfile: str = "Dockerfile"
    dockerfile_inline: str = ""
    args: Mapping[str, str | None] = field(default_factory=dict)
    ssh: tuple[tuple[str, str], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    cache_from: tuple[str, ...] = ()
    cache_to: tuple[str, ...] = ()
    additional_contexts: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[FileReference, ...] = ()
    entitlements: tuple[str, ...] = ()
    extra_hosts: tuple[tuple[str, str], ...] = ()
    isolation: str = ""
    network: str = ""
    no_cache: bool = False
    platforms: tuple[str, ...] = ()
    privileged: bool = False
    pull: bool = False
    shm_size: int | None = None
    tags: tuple[str, ...] = ()
    target: str = ""
    ulimits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    provenance: str = ""
    sbom: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One entry of `devices`."""

    source: str
    target: str = ""
    permissions: str = "rwm"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRequest:
    """One entry of `gpus` or `deploy.resources.reservations.devices`; `count` -1 means all, None unset."""

    capabilities: tuple[str, ...] = ()
    driver: str = ""
    count: int | None = None
    device_ids: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """A blkio limit: `device` and bytes or operations a second; for weights, `rate` is the weight."""

    device: str
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlkioConfig:
    """`blkio_config`."""

    weight: int = 0
    weight_device: tuple[Throttle, ...] = ()
    device_read_bps: tuple[Throttle, ...] = ()
    device_read_iops: tuple[Throttle, ...] = ()
    device_write_bps: tuple[Throttle, ...] = ()
    device_write_iops: tuple[Throttle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """`deploy.resources`; memory in bytes."""

    limit_cpus: float | None = None
    limit_memory: int | None = None
    limit_pids: int | None = None
    reservation_cpus: float | None = None
    reservation_memory: int | None = None
    reservation_devices: tuple[DeviceRequest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """The part of `deploy` that matters to a single engine; the rest stays in `Service.tree`."""

    replicas: int | None = None
    mode: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    endpoint_mode: str = ""
    resources: Resources = field(default_factory=Resources)
    restart_condition: str = ""
    restart_max_attempts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """`logging`."""

    driver: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One entry of `post_start` or `pre_stop`."""

    command: tuple[str, ...]
    user: str = ""
    privileged: bool = False
    working_dir: str = ""
    environment: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRule:
    """One entry of `develop.watch`; `path` absolute."""

    action: str
    path: str
    target: str = ""
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    initial_sync: bool = False
    exec: Hook | None = None


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
    """A network; `name` is its name in the engine."""

    key: str
    name: str
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
    """A named volume; `name` is its name in the engine."""

    key: str
    name: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A loaded project: what should run."""

    name: str
    working_dir: str
    files: tuple[str, ...] = ()
    """Absolute paths of the Compose files, in order of merging."""
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    """The active profiles."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """The enabled services, in the order of the files."""
    disabled: Mapping[str, Service] = field(default_factory=dict)
    """Services that their profiles leave out."""
    networks: Mapping[str, Network] = field(default_factory=dict)
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
