"""Sections of a service's canonical tree to the model's types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from devbox.compose import model, units
from devbox.compose.merge import Tree


def pairs(items: Iterable[str], sign: str = "=") -> tuple[tuple[str, str], ...]:
    """host=address texts, taken apart."""
    parted = (item.partition(sign) for item in items)
    return tuple((left, right) for left, _, right in parted)


def _nanoseconds(tree: Tree, key: str) -> int | None:
    return units.duration(tree[key]) if key in tree else None


def port(tree: Tree) -> model.Port:
    return model.Port(
        target=tree.get("target", 0),
        published=tree.get("published", ""),
        host_ip=tree.get("host_ip", ""),
        protocol=tree.get("protocol", "tcp"),
        mode=tree.get("mode", "ingress"),
        name=tree.get("name", ""),
        app_protocol=tree.get("app_protocol", ""),
    )


def mount(tree: Tree) -> model.Mount:
    bind, volume, tmpfs = tree.get("bind", {}), tree.get("volume", {}), tree.get("tmpfs", {})
    return model.Mount(
        kind=model.MountKind(tree["type"]),
        target=tree.get("target", ""),
        source=tree.get("source", ""),
        read_only=tree.get("read_only", False),
        consistency=tree.get("consistency", ""),
        has_options=tree["type"] in tree,
        bind_propagation=bind.get("propagation", ""),
        bind_create_host_path=bind.get("create_host_path", False),
        bind_recursive=bind.get("recursive", ""),
        bind_selinux=bind.get("selinux", ""),
        volume_nocopy=volume.get("nocopy", False),
        volume_subpath=volume.get("subpath", ""),
        volume_labels=volume.get("labels", {}),
        tmpfs_size=int(tmpfs["size"]) if "size" in tmpfs else None,
        tmpfs_mode=tmpfs.get("mode"),
        image_subpath=tree.get("image", {}).get("subpath", ""),
    )


def file_reference(tree: Tree) -> model.FileReference:
    return model.FileReference(
        source=tree.get("source", ""),
        target=tree.get("target", ""),
        uid=tree.get("uid", ""),
        gid=tree.get("gid", ""),
        mode=int(tree["mode"], 8) if "mode" in tree else None,
    )


def attachment(network: str, options: Tree | None) -> model.NetworkAttachment:
    tree = options or {}
    return model.NetworkAttachment(
        network=network,
        has_options=options is not None,
        aliases=tuple(tree.get("aliases", ())),
        ipv4_address=tree.get("ipv4_address", ""),
        ipv6_address=tree.get("ipv6_address", ""),
        link_local_ips=tuple(tree.get("link_local_ips", ())),
        mac_address=tree.get("mac_address", ""),
        interface_name=tree.get("interface_name", ""),
        driver_opts=tree.get("driver_opts", {}),
        priority=tree.get("priority", 0),
        gw_priority=tree.get("gw_priority", 0),
    )


def healthcheck(tree: Tree) -> model.Healthcheck:
    return model.Healthcheck(
        test=tuple(tree.get("test", ())),
        interval=_nanoseconds(tree, "interval"),
        timeout=_nanoseconds(tree, "timeout"),
        start_period=_nanoseconds(tree, "start_period"),
        start_interval=_nanoseconds(tree, "start_interval"),
        retries=tree.get("retries"),
        disable=tree.get("disable", False),
    )


def build(tree: Tree) -> model.Build:
    return model.Build(
        context=tree.get("context", ""),
        dockerfile=tree.get("dockerfile", ""),
        dockerfile_inline=tree.get("dockerfile_inline", ""),
        args=tree.get("args", {}),
        ssh=pairs(tree.get("ssh", ())),
        labels=tree.get("labels", {}),
        cache_from=tuple(tree.get("cache_from", ())),
        cache_to=tuple(tree.get("cache_to", ())),
        additional_contexts=tree.get("additional_contexts", {}),
        secrets=tuple(file_reference(item) for item in tree.get("secrets", ())),
        entitlements=tuple(tree.get("entitlements", ())),
        extra_hosts=pairs(tree.get("extra_hosts", ())),
        isolation=tree.get("isolation", ""),
        network=tree.get("network", ""),
        no_cache=tree.get("no_cache", False),
        no_cache_filter=tuple(tree.get("no_cache_filter", ())),
        platforms=tuple(tree.get("platforms", ())),
        privileged=tree.get("privileged", False),
        pull=tree.get("pull", False),
        shm_size=int(tree["shm_size"]) if "shm_size" in tree else None,
        tags=tuple(tree.get("tags", ())),
        target=tree.get("target", ""),
        ulimits=ulimits(tree.get("ulimits", {})),
        provenance=tree.get("provenance", ""),
        sbom=tree.get("sbom", ""),
    )


def ulimits(tree: Tree) -> dict[str, tuple[int, int]]:
    """name -> (soft, hard)"""
    return {
        name: (item.get("soft", 0), item.get("hard", 0)) if isinstance(item, dict) else (item, item)
        for name, item in tree.items()
    }


def hook(tree: Tree) -> model.Hook:
    return model.Hook(
        command=tuple(tree.get("command") or ()),
        user=tree.get("user", ""),
        privileged=tree.get("privileged", False),
        working_dir=tree.get("working_dir", ""),
        environment=tree.get("environment", {}),
    )


def watch_rule(tree: Tree) -> model.WatchRule:
    run = tree.get("exec", {})
    return model.WatchRule(
        action=tree["action"],
        path=tree["path"],
        target=tree.get("target", ""),
        ignore=tuple(tree.get("ignore", ())),
        include=tuple(tree.get("include", ())),
        initial_sync=tree.get("initial_sync", False),
        exec=hook(run) if run.get("command") else None,
        reload=_reload(tree.get("x-devbox", {}).get("reload")),
    )


def _reload(given: str | Tree | None) -> model.Reload | None:
    if not isinstance(given, dict):
        return model.Reload() if given else None
    return model.Reload(signal=given.get("signal", ""), exec=hook(given["exec"]) if "exec" in given else None)


def device(tree: Tree) -> model.Device:
    return model.Device(
        source=tree.get("source", ""), target=tree.get("target", ""), permissions=tree.get("permissions", "rwm")
    )


def device_request(tree: Tree) -> model.DeviceRequest:
    return model.DeviceRequest(
        capabilities=tuple(tree.get("capabilities", ())),
        driver=tree.get("driver", ""),
        count=tree.get("count"),
        device_ids=tuple(tree.get("device_ids", ())),
        options=tree.get("options", {}),
    )


def blkio(tree: Tree) -> model.BlkioConfig:
    def throttles(key: str, rate: str) -> tuple[model.Throttle, ...]:
        return tuple(
            model.Throttle(device=item.get("Path", ""), rate=int(item.get(rate, 0))) for item in tree.get(key, ())
        )

    return model.BlkioConfig(
        weight=tree.get("weight", 0),
        weight_device=throttles("weight_device", "Weight"),
        device_read_bps=throttles("device_read_bps", "Rate"),
        device_read_iops=throttles("device_read_iops", "Rate"),
        device_write_bps=throttles("device_write_bps", "Rate"),
        device_write_iops=throttles("device_write_iops", "Rate"),
    )


def deploy(tree: Tree) -> model.Deploy:
    resources: dict[str, Any] = tree.get("resources", {})
    limits, reservations = resources.get("limits") or {}, resources.get("reservations") or {}
    restart, update = tree.get("restart_policy", {}), tree.get("update_config", {})
    return model.Deploy(
        replicas=tree.get("replicas"),
        mode=tree.get("mode", ""),
        labels=tree.get("labels", {}),
        endpoint_mode=tree.get("endpoint_mode", ""),
        resources=model.Resources(
            limit_cpus=limits.get("cpus"),
            limit_memory=int(limits["memory"]) if "memory" in limits else None,
            limit_pids=limits.get("pids"),
            reservation_cpus=reservations.get("cpus"),
            reservation_memory=int(reservations["memory"]) if "memory" in reservations else None,
            reservation_devices=tuple(device_request(item) for item in reservations.get("devices", ())),
        ),
        restart_condition=restart.get("condition", ""),
        restart_max_attempts=restart.get("max_attempts"),
        update=model.UpdateConfig(
            parallelism=update.get("parallelism", 1),
            delay=_nanoseconds(update, "delay") or 0,
            start_first=update.get("order") == "start-first",
            failure_action=update.get("failure_action", ""),
        ),
    )
