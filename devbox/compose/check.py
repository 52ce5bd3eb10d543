"""What the merged tree says that cannot be: names that lead nowhere, pairs that exclude each other, circles."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from devbox.compose.graph import cycle
from devbox.compose.merge import Tree
from devbox.compose.normalise import SHARED
from devbox.compose.places import Places
from devbox.compose.reading import near
from devbox.compose.report import Path, Report

Fault = Callable[..., None]
Known = Callable[[str, str], bool]
"""section, key -> whether it is declared, be it faultily"""

_UNIQUE = ("device_cgroup_rules", "external_links", "group_add", "security_opt", "volumes_from")


def check(tree: Tree, enabled: Tree, disabled: Tree, places: Places, report: Report) -> None:
    """Report the faults of enabled services, and repeats in any; a field with a problem is not looked into again."""
    touched = frozenset(report.touched)

    def known(kind: str, key: str) -> bool:
        return key in (tree.get(kind) or {}) or (kind, key) in touched or (kind,) in touched

    def fault(path: Path, message: str, hint: str = "") -> None:
        if path[:3] not in touched:
            report.fault(message, place=places(path), path=path, hint=hint)

    for name, service in enabled.items():
        path: Path = ("services", name)
        _source(service, path, enabled, known, fault)
        _dependencies(service, path, enabled, disabled, known, fault)
        _references(service, path, tree, known, fault)
        _scale(service, path, fault)
        if (*path, "deploy") not in touched:
            _limits(service, path, fault)
        _mounts(service, path, fault)
        _health(service, path, fault)
        _debug(service, path, fault)
    for name, service in {**enabled, **disabled}.items():
        for field in _UNIQUE:
            _repeats(service.get(field, ()), ("services", name, field), fault)
    _container_names(enabled, fault)
    _objects(tree, touched, fault)
    wanted = {
        name: [other for other in service.get("depends_on", {}) if other in enabled]
        for name, service in enabled.items()
    }
    if circle := cycle(wanted):
        names = " -> ".join(circle)
        fault(("services", circle[0], "depends_on", circle[1]), f"services depend on each other in a circle: {names}")


def _others(enabled: Tree, path: Path) -> list[str]:
    return [name for name in enabled if name != path[1]]


def _source(service: Tree, path: Path, enabled: Tree, known: Known, fault: Fault) -> None:
    build = service.get("build")
    if "type" not in service.get("provider", {"type"}):
        fault((*path, "provider"), 'needs the key "type"')
    if build is None and not service.get("image") and "provider" not in service:
        fault(path, "has neither an image nor a build", "add image: or build:")
    if build is None:
        return
    if build.get("dockerfile") and build.get("dockerfile_inline"):
        fault((*path, "build", "dockerfile_inline"), "excludes dockerfile", "keep one of the two")
    for context, target in build.get("additional_contexts", {}).items():
        if target.startswith("service:"):
            other = target.removeprefix("service:")
            where = (*path, "build", "additional_contexts", context)
            if not known("services", other):
                fault(where, f'there is no service "{other}"', near(other, _others(enabled, path), kind="services"))
            elif "build" not in enabled.get(other, {"build"}):
                fault(where, f'the service "{other}" builds no image')
    platforms, platform = build.get("platforms"), service.get("platform")
    if platforms and platform and platform not in platforms:
        fault((*path, "platform"), f"{platform} is not among build.platforms", "add it there")


def _dependencies(service: Tree, path: Path, enabled: Tree, disabled: Tree, known: Known, fault: Fault) -> None:
    for other, how in service.get("depends_on", {}).items():
        where = (*path, *_named_in(service, other))
        if "condition" not in how:
            fault(where, 'needs the key "condition"', "write condition: service_started")
        if other in enabled or (other in disabled and not how.get("required", True)):
            continue
        if other in disabled:
            profiles = ", ".join(disabled[other].get("profiles", ()))
            hint = f"add --profile {profiles.split(', ')[0]}, or write required: false"
            fault(where, f'depends on "{other}", which its profiles ({profiles}) leave out', hint)
        elif not known("services", other):
            fault(where, f'there is no service "{other}"', near(other, _others(enabled, path), kind="services"))


def _named_in(service: Tree, other: str) -> Path:
    """The field that makes `other` a dependency: a shared namespace, a link and the volumes of another imply one."""
    for index, link in enumerate(service.get("links", ())):
        if link.partition(":")[0] == other:
            return ("links", index)
    for key in SHARED:
        if service.get(key) == f"service:{other}":
            return (key,)
    for index, source in enumerate(service.get("volumes_from", ())):
        if source.partition(":")[0] == other:
            return ("volumes_from", index)
    return ("depends_on", other)


def _references(service: Tree, path: Path, tree: Tree, known: Known, fault: Fault) -> None:
    def look(kind: str, key: str, where: Path, word: str) -> None:
        if not known(kind, key):
            hint = near(key, tree.get(kind) or {}) or f"declare it at the top: {kind}: {{{key}: ...}}"
            fault(where, f'there is no {word} "{key}"', hint)

    if service.get("network_mode") and service.get("networks"):
        fault((*path, "network_mode"), "excludes networks", "keep one of the two")
    for network in service.get("networks", {}):
        look("networks", network, (*path, "networks", network), "network")
    for index, volume in enumerate(service.get("volumes", ())):
        if volume.get("type") == "volume" and volume.get("source"):
            look("volumes", volume["source"], (*path, "volumes", index), "volume")
    for kind in ("configs", "secrets"):
        for index, item in enumerate(service.get(kind, ())):
            look(kind, item.get("source", ""), (*path, kind, index), kind[:-1])
    for index, item in enumerate((service.get("build") or {}).get("secrets", ())):
        look("secrets", item.get("source", ""), (*path, "build", "secrets", index), "secret")
    for model in service.get("models", {}):
        look("models", model, (*path, "models", model), "model")


def _scale(service: Tree, path: Path, fault: Fault) -> None:
    scale, replicas = service.get("scale"), service.get("deploy", {}).get("replicas")
    if scale is not None and replicas is not None and scale != replicas:
        fault((*path, "scale"), f"is {scale}, but deploy.replicas is {replicas}", "keep one of the two")
    count = replicas if scale is None else scale
    where = (*path, "deploy", "replicas") if scale is None else (*path, "scale")
    if count is not None and count < 0:
        fault(where, "must be at least 0")
    if count is not None and count > 1 and service.get("container_name"):
        fault((*path, "container_name"), f"cannot name {count} containers", "remove it, or run one container")


def _limits(service: Tree, path: Path, fault: Fault) -> None:
    resources = service.get("deploy", {}).get("resources", {})
    for key, section, other in (
        ("cpus", "limits", "cpus"),
        ("mem_limit", "limits", "memory"),
        ("mem_reservation", "reservations", "memory"),
        ("pids_limit", "limits", "pids"),
    ):
        value = service.get(key)
        if section in resources and value not in (None, 0, "0") and resources[section].get(other) != value:
            fault((*path, key), f"differs from deploy.resources.{section}.{other}", "keep one of the two")


def _mounts(service: Tree, path: Path, fault: Fault) -> None:
    taken: dict[str, str] = {}
    entries = [(("tmpfs", index), item.partition(":")[0]) for index, item in enumerate(service.get("tmpfs", ()))]
    entries += [(("volumes", index), item.get("target", "")) for index, item in enumerate(service.get("volumes", ()))]
    for (field, index), target in entries:
        if target in taken:
            fault((*path, field, index), f"{target} is already mounted by {taken[target]}", "keep one of the two")
        taken[target] = f"{field}[{index}]"
    for index, rule in enumerate(service.get("develop", {}).get("watch", ())):
        if "x-devbox" in rule and rule.get("action") != "sync":
            said = f"{rule.get('action')} says already what follows"
            fault((*path, "develop", "watch", index, "x-devbox", "reload"), said, "write action: sync, or leave it out")
        if not rule.get("target") and rule.get("action") not in ("rebuild", "restart"):
            fault((*path, "develop", "watch", index), f"{rule.get('action')} needs a target", "name the path inside")


def _debug(service: Tree, path: Path, fault: Fault) -> None:
    debug = service.get("x-devbox", {}).get("debug", {})
    if "type" in debug and "port" not in debug:
        fault((*path, "x-devbox", "debug", "type"), "says whose debug server it is, and none is named", "add its port:")


def _health(service: Tree, path: Path, fault: Fault) -> None:
    test = service.get("healthcheck", {}).get("test")
    if test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        fault((*path, "healthcheck", "test"), f'starts with "{test[0]}"', "start with CMD, CMD-SHELL or NONE")


def _repeats(items: Iterable[Any], path: Path, fault: Fault) -> None:
    seen: list[Any] = []
    for index, item in enumerate(items):
        if item in seen:
            fault((*path, index), f'"{item}" is listed twice', "keep one of the two")
        seen.append(item)


def _container_names(enabled: Tree, fault: Fault) -> None:
    taken: dict[str, str] = {}
    for name, service in enabled.items():
        container = service.get("container_name")
        if container in taken and container:
            fault(
                ("services", name, "container_name"), f'"{container}" is the container of "{taken[container]}" already'
            )
        if container:
            taken.setdefault(container, name)


def _objects(tree: Tree, touched: frozenset[Path], fault: Fault) -> None:
    for name, model in (tree.get("models") or {}).items():
        if "model" not in model:
            fault(("models", name), 'needs the key "model"')
    for name, volume in (tree.get("volumes") or {}).items():
        others = [key for key in volume if key not in ("name", "external")]
        if volume.get("external") and others:
            fault(("volumes", name, others[0]), "has no meaning with external: true", "remove one of the two")
    for kind, sources in (("configs", ("file", "environment", "content")), ("secrets", ("file", "environment"))):
        for name, item in (tree.get(kind) or {}).items():
            if (kind, name) in touched:
                continue
            given = [key for key in sources if key in item]
            if len(given) > 1:
                fault((kind, name, given[1]), f"excludes {given[0]}", "keep one of the two")
            if not given and not item.get("external"):
                fault((kind, name), f"needs one of {', '.join(sources)}", "or write external: true")
