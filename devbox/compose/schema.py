"""Every key a Compose file may hold, with the shape of its value."""

from __future__ import annotations

from typing import Any

from devbox.compose import debugging, forms, mounts, newer, paths
from devbox.compose.ports import ports
from devbox.compose.reading import DROP, Reading, Shape
from devbox.compose.report import Path
from devbox.compose.schema_build import DEPLOY, DEVELOP, GPUS, HOOK, ONE_OR_MORE, TEXTS, ULIMITS, build
from devbox.compose.shapes import each, entries, filled_pairs, once, optional, pairs, record
from devbox.compose.values import (
    anything,
    cpus,
    duration,
    exact_size,
    number_or_text,
    one_of,
    percent,
    size,
    spelled,
    strict_switch,
    switch,
    text,
    whole,
    whole_or_text,
)

_PULL_POLICY = spelled(
    r"always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+",
    "pull policy",
    "use always, missing, never, build, daily, weekly or every_12h",
)
_CONTAINER_NAME = spelled(
    "[a-zA-Z0-9][a-zA-Z0-9_.-]+",
    "name of a container",
    "use letters, digits, dots, dashes and underscores, two at least",
)
_RESTART = spelled(
    "no|always|unless-stopped|on-failure(:[0-9]+)?",
    "restart policy",
    'use "no", always, unless-stopped, on-failure or on-failure:5',
    refused=False,
)


_WEIGHT: Shape = whole(0, 65535, texts=False)
_THROTTLE: Shape = forms.per_device("rate", exact_size, "0")

SERVICE: dict[str, Shape] = {
    "annotations": filled_pairs,
    "attach": switch,
    "blkio_config": record(
        {
            "weight": _WEIGHT,
            "weight_device": forms.per_device("weight", _WEIGHT, 0),
            "device_read_bps": _THROTTLE,
            "device_read_iops": _THROTTLE,
            "device_write_bps": _THROTTLE,
            "device_write_iops": _THROTTLE,
        },
        free=False,
    ),
    "build": build,
    "cap_add": TEXTS,
    "cap_drop": TEXTS,
    "cgroup": one_of("host", "private"),
    "cgroup_parent": text,
    "command": forms.command,
    "configs": each(mounts.file_mount),
    "container_name": _CONTAINER_NAME,
    "cpu_count": whole(0),
    "cpu_percent": percent,
    "cpu_period": whole(cut=True),
    "cpu_quota": whole(cut=True),
    "cpu_rt_period": whole(cut=True),
    "cpu_rt_runtime": whole(cut=True),
    "cpu_shares": whole(cut=True),
    "cpus": cpus,
    "cpuset": text,
    "credential_spec": record({"config": text, "file": text, "registry": text}),
    "depends_on": forms.depends_on,
    "deploy": optional(DEPLOY),
    "develop": optional(DEVELOP),
    "device_cgroup_rules": TEXTS,
    "devices": each(mounts.device),
    "dns": forms.dns,
    "dns_opt": TEXTS,
    "dns_search": ONE_OR_MORE,
    "domainname": text,
    "entrypoint": forms.command,
    "env_file": forms.env_file,
    "environment": pairs,
    "expose": each(whole_or_text),
    "extends": forms.extends,
    "external_links": TEXTS,
    "extra_hosts": forms.extra_hosts,
    "gpus": forms.gpus(GPUS),
    "group_add": each(whole_or_text),
    "healthcheck": record(
        {
            "test": forms.test,
            "interval": duration,
            "timeout": duration,
            "retries": whole(0, cut=True),
            "start_period": duration,
            "start_interval": duration,
            "disable": switch,
        }
    ),
    "hostname": text,
    "image": text,
    "init": switch,
    "ipc": text,
    "isolation": text,
    "label_file": each(paths.file, single=True),
    "labels": filled_pairs,
    "links": TEXTS,
    "logging": record({"driver": text, "options": entries(number_or_text, nulls=True)}),
    "mac_address": text,
    "mem_limit": size,
    "mem_reservation": size,
    "mem_swappiness": size,
    "memswap_limit": size,
    "models": forms.keyed(record({"endpoint_var": text, "model_var": text})),
    "network_mode": text,
    "networks": forms.keyed(
        record(
            {
                "aliases": TEXTS,
                "interface_name": text,
                "ipv4_address": text,
                "ipv6_address": text,
                "link_local_ips": TEXTS,
                "mac_address": text,
                "driver_opts": entries(number_or_text),
                "priority": whole(texts=False, cut=True),
                "gw_priority": whole(texts=False, cut=True),
            }
        )
    ),
    "oom_kill_disable": switch,
    "oom_score_adj": whole(-1000, 1000),
    "pid": optional(text),
    "pids_limit": whole(cut=True),
    "platform": text,
    "ports": ports,
    "post_start": each(HOOK),
    "pre_stop": each(HOOK),
    "privileged": switch,
    "profiles": TEXTS,
    "provider": record({"type": text, "options": entries(forms.provider_option)}),
    "pull_policy": _PULL_POLICY,
    "pull_refresh_after": text,
    "read_only": switch,
    "restart": _RESTART,
    "runtime": text,
    "scale": whole(),
    "secrets": each(mounts.file_mount),
    "security_opt": TEXTS,
    "shm_size": size,
    "stdin_open": switch,
    "stop_grace_period": duration,
    "stop_signal": text,
    "storage_opt": entries(whole_or_text, nulls=True),
    "sysctls": filled_pairs,
    "tmpfs": ONE_OR_MORE,
    "tty": switch,
    "ulimits": ULIMITS,
    "use_api_socket": strict_switch,
    "user": text,
    "userns_mode": text,
    "uts": text,
    "volumes": each(mounts.volume),
    "volumes_from": TEXTS,
    "working_dir": text,
    "x-devbox": debugging.own,
    **newer.fields("services", "*"),
}

_NULLABLE = ("command", "entrypoint", "deploy", "develop", "pid")


def _resource(shape: Shape) -> Shape:
    """A top-level object: `external: {name: x}`, the old way to name it, becomes `external: true` and `name: x`."""

    def form(value: Any, path: Path, reading: Reading) -> Any:
        out = shape(value, path, reading)
        if out is DROP or not isinstance(name := out.get("external"), str):
            return out
        if out.setdefault("name", name) != name:
            reading.fault(path, "name and external.name differ", "keep name and write external: true")
        out["external"] = True
        return out

    return form


_NETWORK: Shape = record(
    {
        "name": text,
        "driver": text,
        "driver_opts": entries(number_or_text),
        "ipam": record(
            {
                "driver": text,
                "config": each(
                    record({"subnet": text, "ip_range": text, "gateway": text, "aux_addresses": entries(text)})
                ),
                "options": entries(text),
            }
        ),
        "external": forms.external,
        "internal": switch,
        "enable_ipv4": switch,
        "enable_ipv6": switch,
        "attachable": switch,
        "labels": filled_pairs,
    }
)

_VOLUME: Shape = record(
    {
        "name": text,
        "driver": text,
        "driver_opts": entries(number_or_text),
        "external": forms.external,
        "labels": once(filled_pairs),
    }
)

_FILE_OBJECT: dict[str, Shape] = {
    "name": text,
    "environment": text,
    "file": paths.present,
    "external": forms.external,
    "labels": once(filled_pairs),
    "template_driver": text,
}

_OWN: Shape = record({"generate": record({"length": whole(8, 1024), "alphabet": text})})
_FILES: Shape = each(paths.file, single=True)
_INCLUDE: Shape = record(
    {"path": each(paths.source, single=True), "env_file": _FILES, "project_directory": paths.file}, needs=("path",)
)


def _includes(value: Any, path: Path, reading: Reading) -> Any:
    return [] if value is None else each(_include)(value, path, reading)


def _include(value: Any, path: Path, reading: Reading) -> Any:
    return _INCLUDE({"path": [value]} if isinstance(value, str) else value, path, reading)


FILE: dict[str, Shape] = {
    "version": text,
    "name": text,
    "include": _includes,
    "services": entries(record(SERVICE, nulls=_NULLABLE), names=True),
    "models": entries(
        record({"name": text, "model": text, "context_size": whole(texts=False), "runtime_flags": TEXTS}),
    ),
    "networks": entries(_resource(_NETWORK), nulls=True),
    "volumes": entries(_resource(_VOLUME), names=True, nulls=True),
    "secrets": entries(
        _resource(record({**_FILE_OBJECT, "driver": text, "driver_opts": entries(number_or_text), "x-devbox": _OWN})),
        names=True,
    ),
    "configs": entries(_resource(record({**_FILE_OBJECT, "content": text})), names=True),
}

_TOP: Shape = record(FILE, nulls=("include",))


def canonical(reading: Reading) -> dict[str, Any]:
    """The document's tree with every key checked and every short form made long; extensions at the top are kept."""
    tree = reading.document.tree
    result = _TOP(tree, (), reading)
    if not isinstance(tree, dict) or not isinstance(result, dict):
        return {}
    for key, value in tree.items():
        if key.startswith("x-"):
            result[key] = anything(value, (key,), reading)
    return result
