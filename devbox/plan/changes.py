"""What differs between a container and what the files now ask for, property by property in compose's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devbox.plan import labels
from devbox.plan.masking import masked
from devbox.plan.observed import Container, ObservedImage
from devbox.plan.plan import Change
from devbox.plan.properties import DEFAULTS, PROPERTIES, shown
from devbox.plan.steps import ContainerSpec

Body = Mapping[str, Any]


def changes(service: str, spec: ContainerSpec, container: Container, image: ObservedImage | None) -> list[Change]:
    """The differences between the container's body, as inspected, and the wanted one; secret values are masked.

    Where nothing differs that can be named (another tool's hash, or no detail), the hash itself is the difference.
    """
    body = container.detail.body if container.detail else {}
    if not body:
        return [_hash(service, spec, container)]
    config, host = _mapping(body.get("Config")), _mapping(body.get("HostConfig"))
    wanted_host = _mapping(spec.body.get("HostConfig"))
    image_env = dict(_pairs(image.environment)) if image else {}
    found = [
        *_environment(service, config.get("Env"), spec.body.get("Env"), image_env),
        *_labels(service, config.get("Labels"), spec.body.get("Labels")),
        *_plain(service, config, spec.body, "Config"),
        *_plain(service, host, wanted_host, "HostConfig"),
        *_one(service, "volumes", _mounts(host), _mounts(wanted_host)),
        *_one(service, "networks", _networks(body), _wanted_networks(spec)),
    ]
    return found or [_hash(service, spec, container)]


def _hash(service: str, spec: ContainerSpec, container: Container) -> Change:
    now = str(spec.body.get("Labels", {}).get(labels.CONFIG_HASH, ""))
    before = container.config_hash[:12] or "none"
    return Change(service=service, property="configuration hash", before=before, after=now[:12])


def _one(service: str, name: str, before: str, after: str) -> list[Change]:
    return [] if before == after else [Change(service=service, property=name, before=before, after=after)]


def _pairs(lines: Iterable[str] | None) -> list[tuple[str, str | None]]:
    split = (line.partition("=") for line in lines or ())
    return [(key, value if equals else None) for key, equals, value in split]


def _environment(
    service: str, now: Iterable[str] | None, wanted: Iterable[str] | None, image: Mapping[str, str | None]
) -> list[Change]:
    # The engine lists a container's own variables first and the image's after them.
    lines = _pairs(now)
    before, after = dict(lines), dict(_pairs(wanted))
    last = max((position for position, (key, _) in enumerate(lines) if key in after), default=-1)
    own = {key for position, (key, _) in enumerate(lines) if position <= last or (image and key not in image)}
    found = []
    for key in dict.fromkeys((*before, *after)):
        if key not in after and key not in own:
            continue
        was, shall = before.get(key), after.get(key)
        if was != shall:
            name = f"environment.{key}"
            found += [_change(service, name, key, was, shall)]
    return found


def _labels(service: str, now: Mapping[str, str] | None, wanted: Mapping[str, str] | None) -> list[Change]:
    before, after = dict(now or {}), dict(wanted or {})
    return [
        _change(service, f"labels.{key}", key, before.get(key), value)
        for key, value in after.items()
        if not key.startswith(labels.PREFIX) and before.get(key) != value
    ] + _one(service, "depends_on", before.get(labels.DEPENDS_ON, ""), after.get(labels.DEPENDS_ON, ""))


def _change(service: str, name: str, key: str, before: str | None, after: str | None) -> Change:
    def text(value: str | None) -> str:
        return "not set" if value is None else masked(key, value)

    return Change(service=service, property=name, before=text(before), after=text(after))


def _plain(service: str, now: Body, wanted: Body, part: str) -> list[Change]:
    found = []
    for (where, key), name in PROPERTIES.items():
        if where != part:
            continue
        default = DEFAULTS.get(key)
        before, after = shown(now.get(key), default), shown(wanted.get(key), default)
        if key not in wanted and key in ("Cmd", "Entrypoint", "User", "WorkingDir", "Healthcheck", "StopSignal"):
            # The image's own value stands there: nothing says that it is a difference.
            continue
        if key == "MemorySwap" and key not in wanted:
            continue
        found += _one(service, name, before, after)
    return found


def _mounts(host: Body) -> str:
    lines = [str(line).removesuffix(":rw") for line in host.get("Binds") or ()]
    for one in host.get("Mounts") or ():
        mode = ":ro" if one.get("ReadOnly") else ""
        # An anonymous volume has a name only once it is there.
        source = "" if one.get("Type") == "volume" and len(str(one.get("Source", ""))) == 64 else one.get("Source", "")
        lines.append(f"{source}:{one.get('Target', '')}{mode}".removeprefix(":"))
    return ", ".join(sorted(lines))


def _networks(body: Body) -> str:
    joined = _mapping(_mapping(body.get("NetworkSettings")).get("Networks"))
    return ", ".join(sorted(name for name in joined if name not in ("none", "host", "bridge")))


def _wanted_networks(spec: ContainerSpec) -> str:
    first = _mapping(_mapping(spec.body.get("NetworkingConfig")).get("EndpointsConfig"))
    return ", ".join(sorted((*first, *spec.extra_networks)))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
