"""What differs between a container and what the files now ask for, property by property in compose's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devbox.compose.masking import MASK, masked
from devbox.compose.model import Project, Service
from devbox.plan import labels
from devbox.plan.helper import without_helper
from devbox.plan.observed import Container, ObservedImage
from devbox.plan.plan import Change
from devbox.plan.properties import DEFAULTS, FILLED_IN, PROPERTIES, UNORDERED, shown
from devbox.plan.rights import without_profiles
from devbox.plan.steps import ContainerSpec

Body = Mapping[str, Any]


def changes(
    service: str, spec: ContainerSpec, container: Container, image: ObservedImage | None, ids: Mapping[str, str]
) -> list[Change]:
    """The differences between the container's body, as inspected, and the wanted one; secret values are masked.

    `ids` (name -> id) are the containers that are there. Empty without detail.
    """
    body = without_helper(container.detail.body) if container.detail else {}
    if not body:
        return []
    config, host = _mapping(body.get("Config")), _mapping(body.get("HostConfig"))
    wanted_host = _by_id(_mapping(spec.body.get("HostConfig")), ids)
    image_env = dict(_pairs(image.environment)) if image else {}
    return [
        *_environment(service, config.get("Env"), spec.body.get("Env"), image_env),
        *_labels(service, config.get("Labels"), spec.body.get("Labels")),
        *_plain(service, config, spec.body, "Config"),
        *_plain(service, host, wanted_host, "HostConfig"),
        *_one(service, "volumes", *_mounts(host, wanted_host)),
        *_one(service, "networks", _networks(body), _wanted_networks(spec)),
    ]


def hash_change(service: str, spec: ContainerSpec, container: Container) -> Change:
    """The difference that remains where none has a name in the container's body."""
    if (wanted := spec.name) != container.name and not container.name.endswith(f"_{wanted}"):
        return Change(service=service, property="container_name", before=container.name, after=wanted)
    now = str(spec.body.get("Labels", {}).get(labels.CONFIG_HASH, ""))
    before = container.config_hash[:12] or "none"
    return Change(service=service, property="configuration hash", before=before, after=now[:12])


def content_changes(project: Project, service: Service, container: Container) -> list[Change]:
    """The configs and secrets that hold something else than when the container was made."""
    return [
        Change(
            service=service.name,
            property=name,
            before=MASK if name.startswith("secrets.") else then,
            after=MASK if name.startswith("secrets.") else now,
        )
        for name, (then, now) in labels.altered(project, service, container.labels).items()
    ]


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
        if not key.startswith((labels.PREFIX, labels.OWN)) and before.get(key) != value
    ] + _one(service, "depends_on", _sorted(before.get(labels.DEPENDS_ON)), _sorted(after.get(labels.DEPENDS_ON)))


def _sorted(line: str | None) -> str:
    return ",".join(sorted((line or "").split(",")))


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
        values = (_comparable(key, now.get(key)), _comparable(key, wanted.get(key)))
        before, after = (shown(one, default) for one in values)
        if key not in wanted and key in FILLED_IN:
            continue
        found += _one(service, name, before, after)
    return found


def _comparable(key: str, value: Any) -> Any:
    if key == "SecurityOpt":
        value = without_profiles(value or ())
    if key in UNORDERED and value:
        # The engine writes some capabilities out in full.
        return sorted(line.removeprefix("CAP_") for line in value)
    return value


def _by_id(host: Body, ids: Mapping[str, str]) -> Body:
    """With containers named by their ids, as the engine keeps them."""

    def known(value: str) -> str:
        kind, _, name = value.partition(":")
        return f"container:{ids[name]}" if kind == "container" and name in ids else value

    found = dict(host)
    for key in ("NetworkMode", "PidMode", "IpcMode"):
        if key in found:
            found[key] = known(found[key])
    if "VolumesFrom" in found:
        lines = [line.partition(":") for line in found["VolumesFrom"]]
        found["VolumesFrom"] = [ids.get(name, name) + colon + mode for name, colon, mode in lines]
    return found


def _mounts(now: Body, wanted: Body) -> tuple[str, str]:
    """Both as text. Of anonymous volumes only a new one is a difference: the image's own come and go unasked."""
    new = [one for one in wanted.get("Mounts") or () if not _is_taken_over(one)]
    before, after = _mount_lines(now), _mount_lines({**wanted, "Mounts": new})
    there = {line.rpartition(":")[2] for line in before}
    mine = {line for line in before if not line.startswith(":")}
    shall = {line for line in after if not line.startswith(":") or line[1:] not in there}
    return _joined(mine), _joined(shall)


def _is_taken_over(mount: Mapping[str, Any]) -> bool:
    """Whether it is an anonymous volume that has its name from the engine."""
    return mount.get("Type") == "volume" and len(str(mount.get("Source", ""))) == 64


def _joined(lines: Iterable[str]) -> str:
    return ", ".join(sorted(line.removeprefix(":") for line in lines))


def _mount_lines(host: Body) -> list[str]:
    """ "source:target" or "source:target:ro"; an anonymous volume is ":target"."""
    lines = [str(line).removesuffix(":rw") for line in host.get("Binds") or ()]
    for one in host.get("Mounts") or ():
        source = str(one.get("Source", ""))
        anonymous = one.get("Type") == "volume" and len(source) in (0, 64)
        mode = ":ro" if one.get("ReadOnly") and not anonymous else ""
        lines.append(f"{'' if anonymous else source or one.get('Type')}:{one.get('Target', '')}{mode}")
    return lines


def _networks(body: Body) -> str:
    joined = _mapping(_mapping(body.get("NetworkSettings")).get("Networks"))
    return ", ".join(sorted(name for name in joined if name not in ("none", "host", "bridge")))


def _wanted_networks(spec: ContainerSpec) -> str:
    first = _mapping(_mapping(spec.body.get("NetworkingConfig")).get("EndpointsConfig"))
    return ", ".join(sorted((*first, *spec.extra_networks)))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
