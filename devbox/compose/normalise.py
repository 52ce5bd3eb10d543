"""Defaults, implied networks and dependencies, and the names objects bear in the engine."""

from __future__ import annotations

from collections.abc import Mapping

from devbox.compose.merge import Tree
from devbox.compose.paths import local

SHARED = ("network_mode", "ipc", "pid", "uts", "cgroup")
"""Fields that may name another service, whose namespace is then shared."""


def expand(tree: Tree) -> Tree:
    """`gpus: all` as a request, in place; before that a list is laid over it, as over any single value."""
    for service in (tree.get("services") or {}).values():
        if isinstance(service, dict) and service.get("gpus") == "all":
            service["gpus"] = [{"count": -1}]
    return tree


def fill(tree: Tree, base: str, home: str) -> None:
    """Defaults of one set of files: what depends on the folder `base` they belong to."""
    for service in (tree.get("services") or {}).values():
        build = service.get("build")
        if build is not None:
            service["build"] = {"context": base} | build
        for secret in service.get("secrets", ()):
            secret.setdefault("target", f"/run/secrets/{secret.get('source', '')}")
    for volume in (tree.get("volumes") or {}).values():
        options = (volume or {}).get("driver_opts", {})
        if "device" in options and options.get("o") == "bind" and volume.get("driver") == "local":
            volume["driver_opts"] = {**options, "device": local(options["device"] or ".", base, home)}


def normalise(tree: Tree, name: str, environment: Mapping[str, str]) -> None:
    """Defaults of the whole project, in place."""
    services: Tree = tree.setdefault("services", {})
    for service in services.values():
        _service(service, environment)
    networks: Tree = dict(tree.get("networks") or {})
    for service in services.values():
        if "provider" in service or "network_mode" in service:
            continue
        service["networks"] = service.get("networks") or {"default": None}
        if "default" in service["networks"]:
            networks.setdefault("default", None)
    tree["networks"] = networks
    for kind in ("networks", "volumes", "configs", "secrets"):
        named: Tree = {}
        for key, item in (tree.get(kind) or {}).items():
            given = dict(item or {})
            given.setdefault("name", key if given.get("external") else f"{name}_{key}")
            named[key] = given
        tree[kind] = named
    tree["name"] = name


def _service(service: Tree, environment: Mapping[str, str]) -> None:
    if service.get("pull_policy") == "if_not_present":
        service["pull_policy"] = "missing"
    build = service.get("build")
    if build is not None:
        if "dockerfile" not in build and "dockerfile_inline" not in build:
            build["dockerfile"] = "Dockerfile"
        if "args" in build:
            filled = resolve(build["args"], environment)
            build["args"] = {key: value for key, value in filled.items() if value is not None}
        if "extra_hosts" in build:
            build["extra_hosts"] = _hosts(build["extra_hosts"])
        if "ssh" in build:
            build["ssh"] = [key if path is None else f"{key}={path}" for key, path in sorted(build["ssh"].items())]
    if "environment" in service:
        service["environment"] = resolve(service["environment"], environment)
    if "extra_hosts" in service:
        service["extra_hosts"] = _hosts(service["extra_hosts"])
    if options := service.get("provider", {}).get("options"):
        service["provider"] = service["provider"] | {
            "options": {key: item if isinstance(item, list) else [item] for key, item in options.items()}
        }
    if options := service.get("logging", {}).get("options"):
        filled = {key: "" if item is None else item for key, item in options.items()}
        service["logging"] = service["logging"] | {"options": filled}
    if options := service.get("storage_opt"):
        service["storage_opt"] = {key: "" if item is None else item for key, item in options.items()}
    _dependencies(service)


def resolve(variables: Mapping[str, str | None], environment: Mapping[str, str]) -> dict[str, str | None]:
    """Variables named without a value take the environment's, if it has one."""
    return {key: environment.get(key) if value is None else value for key, value in variables.items()}


def _hosts(hosts: Mapping[str, list[str]]) -> list[str]:
    return sorted(f"{host}={address}" for host, addresses in hosts.items() for address in addresses)


def _dependencies(service: Tree) -> None:
    depends: Tree = {other: {"required": True} | how for other, how in (service.get("depends_on") or {}).items()}

    def imply(other: str, restart: bool) -> None:
        depends.setdefault(other, {"condition": "service_started", "restart": restart, "required": True})

    for link in service.get("links", ()):
        target, _, alias = link.partition(":")
        imply(target if ":" not in alias else link, True)
    for key in SHARED:
        mode = service.get(key)
        if isinstance(mode, str) and mode.startswith("service:"):
            imply(mode.removeprefix("service:"), True)
    for source in service.get("volumes_from", ()):
        if not source.startswith("container:"):
            imply(source.split(":", 1)[0], False)
    if depends:
        service["depends_on"] = depends
