"""What a service is made of: ports, mounts, checks, builds, limits. Units as in devbox.compose.model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from devbox.record import dataclass


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

    @property
    def numbers(self) -> range:
        """The host ports of which it takes one; empty where the engine chooses."""
        first, _, last = self.published.partition("-")
        if not first.isdigit() or first == "0":
            return range(0)
        return range(int(first), (int(last) if last.isdigit() else int(first)) + 1)


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
    """One entry of `volumes`. `source` is an absolute path (bind), a key of `Project.volumes`, or "" (anonymous).

    `has_options`: the section of its kind (`bind:`, `volume:`, ...) is there, be it empty.
    """

    kind: MountKind
    target: str
    source: str = ""
    read_only: bool = False
    consistency: str = ""
    has_options: bool = False
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
    """How a service joins `network` (a key of `Project.networks`); `has_options`: it says more than that, be it {}."""

    network: str
    has_options: bool = False
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
    no_cache_filter: tuple[str, ...] = ()
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
class UpdateConfig:
    """How replicas are recreated in turns (`deploy.update_config`): how many at once (0: all), which goes first."""

    parallelism: int = 1
    delay: int = 0
    """Nanoseconds that a new container must last before the next is touched."""
    start_first: bool = False
    failure_action: str = ""


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
    update: UpdateConfig = field(default_factory=UpdateConfig)


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
class Reload:
    """What makes a service take up its new files (`x-devbox: {reload: ...}`): a signal, a command, or a restart."""

    signal: str = ""
    exec: Hook | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Debug:
    """How a debugger gets into a service (`x-devbox: {debug: ...}`): by a helper in each of its Pythons that listens
    when it is asked to, or by a debug server that it has itself at `port`, of `type` ("": debugpy's)."""

    on_demand: bool = False
    port: int = 0
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRule:
    """One entry of `develop.watch`; `path` absolute. `reload` is devbox's own: what follows a sync."""

    action: str
    path: str
    target: str = ""
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    initial_sync: bool = False
    exec: Hook | None = None
    reload: Reload | None = None
