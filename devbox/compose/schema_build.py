"""Known keys of `build`, `develop`, hooks and `deploy`."""

from __future__ import annotations

from typing import Any

from devbox.compose import newer, paths, reloading
from devbox.compose.forms import attestation, command, device_count, extra_hosts, single_ulimit, ssh
from devbox.compose.mounts import file_mount
from devbox.compose.reading import DROP, Reading, Shape
from devbox.compose.report import Path
from devbox.compose.shapes import each, entries, filled_pairs, once, pairs, record
from devbox.compose.values import cpus, duration, exact_size, one_of, strict_switch, switch, text, text_size, whole

TEXTS: Shape = each(text)
ONE_OR_MORE: Shape = each(text, single=True)
ULIMITS: Shape = entries(single_ulimit(whole(floats=False)))


def _contexts(value: Any, path: Path, reading: Reading) -> Any:
    found = pairs(value, path, reading)
    if found is DROP:
        return DROP
    result: dict[str, str] = {}
    for name, target in found.items():
        if target is None:
            reading.fault((*path, name), f'"{name}" names no context', "write NAME=CONTEXT")
        else:
            result[name] = paths.context(target, (*path, name), reading)
    return result


_BUILD: Shape = record(
    {
        "context": paths.context,
        "dockerfile": text,
        "dockerfile_inline": text,
        "entitlements": TEXTS,
        "args": pairs,
        "provenance": attestation,
        "sbom": attestation,
        "ssh": ssh,
        "labels": filled_pairs,
        "cache_from": TEXTS,
        "cache_to": TEXTS,
        "no_cache": switch,
        "additional_contexts": _contexts,
        "pull": switch,
        "extra_hosts": extra_hosts,
        "isolation": text,
        "network": text,
        "target": text,
        "secrets": each(file_mount),
        "shm_size": exact_size,
        "tags": TEXTS,
        "ulimits": ULIMITS,
        "platforms": TEXTS,
        "privileged": switch,
        **newer.fields("services", "*", "build"),
    }
)


def build(value: Any, path: Path, reading: Reading) -> Any:
    """The shape of `build`."""
    if isinstance(value, str):
        return {"context": paths.context(value, path, reading)}
    return _BUILD(value, path, reading)


HOOK: Shape = record(
    {"command": command, "user": text, "privileged": switch, "working_dir": text, "environment": once(pairs)},
    needs=("command",),
    nulls=("command",),
)

DEVELOP: Shape = record(
    {
        "watch": each(
            record(
                {
                    "path": paths.watched,
                    "action": one_of("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
                    "target": text,
                    "ignore": once(ONE_OR_MORE),
                    "include": once(ONE_OR_MORE),
                    "exec": HOOK,
                    "initial_sync": strict_switch,
                    "x-devbox": reloading.own(HOOK),
                },
                needs=("path", "action"),
            )
        )
    }
)

_DEVICE: dict[str, Shape] = {
    "capabilities": once(TEXTS),
    "count": device_count,
    "device_ids": once(TEXTS),
    "driver": text,
    "options": once(filled_pairs),
}


def _requests(shape: Shape) -> Shape:
    def form(value: Any, path: Path, reading: Reading) -> Any:
        found = shape(value, path, reading)
        if found is DROP:
            return DROP
        for index, item in enumerate(found):
            if "count" in item and "device_ids" in item:
                reading.fault((*path, index), "count and device_ids exclude each other", "keep one of the two")
            elif "device_ids" not in item:
                item.setdefault("count", -1)
        return found

    return form


DEVICES: Shape = _requests(each(record(_DEVICE, needs=("capabilities",))))
GPUS: Shape = _requests(each(record(_DEVICE)))

_UPDATE: Shape = record(
    {
        "parallelism": whole(0),
        "delay": duration,
        "failure_action": text,
        "monitor": duration,
        "max_failure_ratio": cpus,
        "order": one_of("start-first", "stop-first"),
    }
)

DEPLOY: Shape = record(
    {
        "mode": text,
        "endpoint_mode": text,
        "replicas": whole(),
        "labels": filled_pairs,
        "rollback_config": _UPDATE,
        "update_config": _UPDATE,
        "resources": record(
            {
                "limits": record({"cpus": cpus, "memory": text_size, "pids": whole()}),
                "reservations": record(
                    {
                        "cpus": cpus,
                        "memory": text_size,
                        "generic_resources": each(
                            record({"discrete_resource_spec": record({"kind": text, "value": whole(cut=True)})})
                        ),
                        "devices": DEVICES,
                    }
                ),
            }
        ),
        "restart_policy": record({"condition": text, "delay": duration, "max_attempts": whole(0), "window": duration}),
        "placement": record(
            {
                "constraints": TEXTS,
                "preferences": each(record({"spread": text})),
                "max_replicas_per_node": whole(0),
            }
        ),
    }
)
