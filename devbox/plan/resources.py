"""A service's limits and devices, in the engine's HostConfig words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from devbox.compose.model import DeviceRequest, Service, Throttle

NANO = 1_000_000_000


def resources(service: Service) -> dict[str, Any]:
    """Only what the file sets; `deploy.resources` wins over the older fields."""
    limits = service.deploy.resources
    cpus = limits.limit_cpus if limits.limit_cpus is not None else service.cpus
    found: dict[str, Any] = {
        "CgroupParent": service.cgroup_parent,
        "CpuCount": service.cpu_count,
        "CpuPercent": int(service.cpu_percent) if service.cpu_percent is not None else None,
        "CpuPeriod": service.cpu_period,
        "CpuQuota": service.cpu_quota,
        "CpuRealtimePeriod": service.cpu_rt_period,
        "CpuRealtimeRuntime": service.cpu_rt_runtime,
        "CpuShares": service.cpu_shares,
        "CpusetCpus": service.cpuset,
        "NanoCpus": round(cpus * NANO) if cpus is not None else None,
        "Memory": limits.limit_memory if limits.limit_memory is not None else service.mem_limit,
        "MemoryReservation": (
            limits.reservation_memory if limits.reservation_memory is not None else service.mem_reservation
        ),
        "MemorySwap": service.memswap_limit,
        "MemorySwappiness": service.mem_swappiness,
        "OomKillDisable": service.oom_kill_disable or None,
        "PidsLimit": limits.limit_pids if limits.limit_pids is not None else service.pids_limit,
        "Devices": [
            {
                "PathOnHost": one.source,
                "PathInContainer": one.target or one.source,
                "CgroupPermissions": one.permissions or "rwm",
            }
            for one in service.devices
        ],
        "DeviceCgroupRules": list(service.device_cgroup_rules),
        "DeviceRequests": [
            *(_request(one) for one in limits.reservation_devices),
            *(_request(one, "gpu") for one in service.gpus),
        ],
        "Ulimits": [{"Name": name, "Soft": soft, "Hard": hard} for name, (soft, hard) in service.ulimits.items()],
        **_blkio(service),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


def _request(wanted: DeviceRequest, *more: str) -> dict[str, Any]:
    capabilities = [*wanted.capabilities, *(one for one in more if one not in wanted.capabilities)]
    # The engine wants either a count or ids; neither given means all of them.
    count = wanted.count if wanted.count is not None else (0 if wanted.device_ids else -1)
    return {
        "Driver": wanted.driver,
        "Count": count,
        "DeviceIDs": list(wanted.device_ids) or None,
        "Capabilities": [capabilities],
        "Options": dict(wanted.options) or None,
    }


def _blkio(service: Service) -> dict[str, Any]:
    limits = service.blkio
    if limits is None:
        return {}
    return {
        "BlkioWeight": limits.weight or None,
        "BlkioWeightDevice": [{"Path": one.device, "Weight": one.rate} for one in limits.weight_device],
        "BlkioDeviceReadBps": _rates(limits.device_read_bps),
        "BlkioDeviceReadIOps": _rates(limits.device_read_iops),
        "BlkioDeviceWriteBps": _rates(limits.device_write_bps),
        "BlkioDeviceWriteIOps": _rates(limits.device_write_iops),
    }


def _rates(throttles: Iterable[Throttle]) -> list[dict[str, Any]]:
    return [{"Path": one.device, "Rate": one.rate} for one in throttles]
