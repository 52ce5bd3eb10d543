"""What a container may do: capabilities and security options, in the engine's words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from devbox.compose.model import Service

ALL = "ALL"
OPEN_PATHS = "systempaths=unconfined"
PROFILE = "seccomp="
"""of HostConfig.SecurityOpt; what follows is unconfined, builtin, a profile, or the path of one still to be read"""


def added(service: Service) -> list[str]:
    """HostConfig.CapAdd: sorted, each once; ALL stands for every other."""
    return _named(service.cap_add)


def dropped(service: Service) -> list[str]:
    """HostConfig.CapDrop: what is also added is not dropped."""
    kept = added(service)
    return [name for name in _named(service.cap_drop) if name not in kept]


def options(service: Service, folder: str) -> list[str]:
    """HostConfig.SecurityOpt; a seccomp profile by its absolute path."""
    return [_absolute(one, folder) for one in service.security_opt if one != OPEN_PATHS]


def hidden_paths(service: Service) -> list[str] | None:
    """HostConfig.MaskedPaths and ReadonlyPaths: none at all, or the engine's own choice."""
    return [] if OPEN_PATHS in service.security_opt else None


def is_read_from_a_file(option: str) -> bool:
    """Whether it names a seccomp profile by its path."""
    return option.startswith(PROFILE + "/")


def without_profiles(options: Iterable[str]) -> list[str]:
    """Less seccomp profiles: the engine has their text, the plan their path."""
    return [one for one in options if not one.startswith((PROFILE + "/", PROFILE + "{"))]


def _absolute(option: str, folder: str) -> str:
    name, _, value = option.partition("=") if "=" in option else option.partition(":")
    if name != "seccomp" or value in ("", "unconfined", "builtin"):
        return option
    return PROFILE + posixpath.join(folder, value)


def _named(capabilities: Iterable[str]) -> list[str]:
    names = {name.strip().upper() for name in capabilities}
    if ALL in names:
        return [ALL]
    return sorted(name if name.startswith("CAP_") else f"CAP_{name}" for name in names)
