"""The engine's names of what a container is made of, compose's names for them, and the engine's defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PROPERTIES: Mapping[tuple[str, str], str] = {
    ("Config", "Image"): "image",
    ("Config", "Cmd"): "command",
    ("Config", "Entrypoint"): "entrypoint",
    ("Config", "User"): "user",
    ("Config", "WorkingDir"): "working_dir",
    ("Config", "Domainname"): "domainname",
    ("Config", "Healthcheck"): "healthcheck",
    ("Config", "StopSignal"): "stop_signal",
    ("Config", "StopTimeout"): "stop_grace_period",
    ("Config", "Tty"): "tty",
    ("Config", "OpenStdin"): "stdin_open",
    ("HostConfig", "PortBindings"): "ports",
    ("HostConfig", "NetworkMode"): "network_mode",
    ("HostConfig", "Tmpfs"): "tmpfs",
    ("HostConfig", "VolumesFrom"): "volumes_from",
    ("HostConfig", "ExtraHosts"): "extra_hosts",
    ("HostConfig", "Dns"): "dns",
    ("HostConfig", "DnsOptions"): "dns_opt",
    ("HostConfig", "DnsSearch"): "dns_search",
    ("HostConfig", "PidMode"): "pid",
    ("HostConfig", "UTSMode"): "uts",
    ("HostConfig", "UsernsMode"): "userns_mode",
    ("HostConfig", "RestartPolicy"): "restart",
    ("HostConfig", "Init"): "init",
    ("HostConfig", "Privileged"): "privileged",
    ("HostConfig", "ReadonlyRootfs"): "read_only",
    ("HostConfig", "CapAdd"): "cap_add",
    ("HostConfig", "CapDrop"): "cap_drop",
    ("HostConfig", "GroupAdd"): "group_add",
    ("HostConfig", "SecurityOpt"): "security_opt",
    ("HostConfig", "Sysctls"): "sysctls",
    ("HostConfig", "StorageOpt"): "storage_opt",
    ("HostConfig", "ShmSize"): "shm_size",
    ("HostConfig", "OomScoreAdj"): "oom_score_adj",
    ("HostConfig", "Annotations"): "annotations",
    ("HostConfig", "CpuShares"): "cpu_shares",
    ("HostConfig", "CpuPeriod"): "cpu_period",
    ("HostConfig", "CpuQuota"): "cpu_quota",
    ("HostConfig", "CpusetCpus"): "cpuset",
    ("HostConfig", "NanoCpus"): "cpus",
    ("HostConfig", "Memory"): "memory",
    ("HostConfig", "MemoryReservation"): "memory reservation",
    ("HostConfig", "MemorySwap"): "memswap_limit",
    ("HostConfig", "PidsLimit"): "pids_limit",
    ("HostConfig", "Devices"): "devices",
    ("HostConfig", "DeviceRequests"): "gpus",
    ("HostConfig", "Ulimits"): "ulimits",
    ("HostConfig", "CgroupParent"): "cgroup_parent",
    ("HostConfig", "BlkioWeight"): "blkio_config",
    ("Config", "Hostname"): "hostname",
    ("HostConfig", "IpcMode"): "ipc",
    ("HostConfig", "CgroupnsMode"): "cgroup",
    ("HostConfig", "LogConfig"): "logging",
    ("HostConfig", "Runtime"): "runtime",
    ("HostConfig", "Isolation"): "isolation",
}
"""(part of the inspect answer, key) -> compose's name."""

FILLED_IN = frozenset(
    {
        "Cmd",
        "Entrypoint",
        "User",
        "WorkingDir",
        "Healthcheck",
        "StopSignal",
        "MemorySwap",
        "Hostname",
        "IpcMode",
        "CgroupnsMode",
        "LogConfig",
        "Runtime",
        "Isolation",
    }
)
"""Where the file says nothing, the image or the engine fills these in: what stands there then is no difference."""

UNORDERED = frozenset({"ExtraHosts", "CapAdd", "CapDrop", "GroupAdd", "SecurityOpt"})
"""Lists whose order means nothing."""

DEFAULTS: Mapping[str, object] = {
    "ShmSize": 67108864,
    "RestartPolicy": {"Name": "no"},
}
"""What the engine answers where nothing was asked for; else it is nothing at all (null, 0, "", false, empty)."""


def shown(value: object, default: object = None) -> str:
    """A value in the shortest form that tells it from others; "" for nothing and for the default."""
    tidy = _tidy(value)
    if tidy == _tidy(default):
        return ""
    if tidy is None:
        return ""
    if isinstance(tidy, str):
        return tidy
    if isinstance(tidy, list) and all(isinstance(one, str) for one in tidy):
        return " ".join(tidy)
    return json.dumps(tidy, ensure_ascii=False, sort_keys=True)


def _tidy(value: object) -> Any:
    """Without what says nothing, so that an answer and a request can be compared."""
    if isinstance(value, Mapping):
        kept = {key: _tidy(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one is not None} or None
    if isinstance(value, list | tuple):
        found = [_tidy(one) if one != "" else "" for one in value]
        # Lists of things (ulimits, devices) have no order; lists of words (a command) have.
        return (sorted(found, key=repr) if any(isinstance(one, dict) for one in found) else found) or None
    if value in ("", False) or value is None or (isinstance(value, int) and value == 0):
        return None
    return value
