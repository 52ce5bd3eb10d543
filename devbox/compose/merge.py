"""Laying one canonical tree over another, with the exceptions as tables of path -> rule.

A pattern's * stands for any one key. Both trees are canonical, so short and long forms never meet here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from devbox.compose.report import Path

Tree = dict[str, Any]
Rule = Callable[[Any, Any], Any]
Key = Callable[[Any], Any]


def replaced(_: Any, later: Any) -> Any:
    return later


def _update(earlier: Any, later: Any) -> Any:
    """By key; an empty value counts, since it asks for the value of the shell."""
    return {**earlier, **later} if isinstance(earlier, dict) and isinstance(later, dict) else later


def _logging(earlier: Any, later: Any) -> Any:
    drivers = {side["driver"] for side in (earlier, later) if "driver" in side}
    return merge(earlier, later, ("logging",)) if len(drivers) < 2 else later


def _hosts(earlier: Any, later: Any) -> Any:
    """Addresses gather; the same entry, written the same way, counts once."""
    result = dict(earlier)
    written = {address.entry for addresses in earlier.values() for address in addresses}
    for host, addresses in later.items():
        result[host] = [*result.get(host, ()), *(address for address in addresses if address.entry not in written)]
    return result


def _pools(earlier: Any, later: Any) -> Any:
    """Address pools are one where their subnets are."""
    result = {pool.get("subnet", ""): pool for pool in earlier}
    for pool in later:
        subnet = pool.get("subnet", "")
        result[subnet] = {**result.get(subnet, {}), **pool}
    return list(result.values())


RULES: dict[Path, Rule] = {
    ("services", "*", "command"): replaced,
    ("services", "*", "entrypoint"): replaced,
    ("services", "*", "healthcheck", "test"): replaced,
    ("services", "*", "environment"): _update,
    ("services", "*", "build", "args"): _update,
    ("services", "*", "build", "extra_hosts"): _hosts,
    ("services", "*", "extra_hosts"): _hosts,
    ("services", "*", "logging"): _logging,
    ("services", "*", "ulimits", "*"): replaced,
    ("services", "*", "build", "ulimits", "*"): replaced,
    ("networks", "*", "ipam", "config"): _pools,
}


def _name(item: Any) -> Any:
    return item.partition("=")[0] if isinstance(item, str) else item


def _target(item: Any) -> Any:
    return item.get("target")


def _mounted(folder: str) -> Key:
    def key(item: Any) -> Any:
        return item.get("target") or f"{folder}/{item.get('source')}"

    return key


def _port(item: Any) -> Any:
    return item.get("host_ip", "0.0.0.0"), item.get("published"), item.get("target"), item.get("protocol")


def _path(item: Any) -> Any:
    return item.get("path")


UNIQUE: dict[str, Key] = {
    "cap_add": _name,
    "cap_drop": _name,
    "configs": _mounted(""),
    "devices": _target,
    "dns": _name,
    "dns_opt": _name,
    "dns_search": _name,
    "env_file": _path,
    "expose": _name,
    "links": _name,
    "ports": _port,
    "profiles": _name,
    "secrets": _mounted("/run/secrets"),
    "tmpfs": _name,
    "volumes": _target,
}
"""Lists of a service whose entries replace earlier ones of the same key, at the earlier one's position."""


class Clash(ValueError):
    """Two values of different kinds at `path`, which cannot become one."""

    hint = "write both in the same form, or put !override before this one"

    def __init__(self, path: Path) -> None:
        super().__init__("cannot be laid over a value of another kind")
        self.path = path


def _rule(path: Path) -> Rule | None:
    if len(path) < 3:
        return None
    head = (path[0], "*", *path[2:])
    return RULES.get(head) or RULES.get((*head[:-1], "*"))


def merge(earlier: Any, later: Any, path: Path = ()) -> Any:
    """`later` over `earlier`; neither is changed."""
    if rule := _rule(path):
        return rule(earlier, later)
    if later is None:
        return earlier
    if earlier is None:
        return later
    if isinstance(earlier, dict | list) and type(earlier) is not type(later):
        raise Clash(path)
    if isinstance(earlier, dict):
        result = dict(earlier)
        for key, value in later.items():
            result[key] = merge(earlier[key], value, (*path, key)) if key in earlier else value
        return result
    if isinstance(earlier, list):
        return [*earlier, *later]
    return later


def hides(later: Tree, resets: Iterable[Path], path: Path) -> bool:
    """Whether `later`, laid over a tree after its `resets`, leaves nothing of the value there at `path`."""
    value: Any = later
    for depth, part in enumerate(path, 1):
        if path[:depth] in resets:
            return True
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
        if _rule(path[:depth]) is replaced:
            return True
    return value is not None


def unify(tree: Tree) -> None:
    """Let later entries of the lists in UNIQUE replace earlier ones, in place."""
    for service in (tree.get("services") or {}).values():
        for field, key in UNIQUE.items():
            if field in service:
                service[field] = _unified(service[field], key)
        build = service.get("build") or {}
        for field in ("tags",):
            if field in build:
                service["build"] = {**build, field: _unified(build[field], _name)}
        for attachment in (service.get("networks") or {}).values():
            for field in ("aliases", "link_local_ips"):
                if attachment and field in attachment:
                    attachment[field] = _unified(attachment[field], _name)


def _unified(items: list[Any], key: Key) -> list[Any]:
    kept: dict[Any, Any] = {}
    for item in items:
        kept[key(item)] = item
    return list(kept.values())


def reset(tree: Tree, paths: list[Path]) -> Tree:
    """The tree without the values at `paths`."""
    for path in paths:
        tree = _without(tree, path)
    return tree


def _without(value: Any, path: Path) -> Any:
    if not isinstance(value, dict) or not path or path[0] not in value:
        return value
    head, rest = path[0], path[1:]
    if not rest:
        return {key: item for key, item in value.items() if key != head}
    return {key: _without(item, rest) if key == head else item for key, item in value.items()}
