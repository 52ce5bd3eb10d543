"""What a user can ask of a stack: each becomes a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """Bring services (none named: all) to what the files say.

    `apply` of one service is Up(services=(name,), no_deps=True).
    """

    services: tuple[str, ...] = ()
    build: bool = False
    no_build: bool = False
    pull: str = ""
    """"", always, missing, never: overrides pull_policy."""
    force_recreate: bool = False
    no_recreate: bool = False
    no_deps: bool = False
    no_start: bool = False
    always_recreate_deps: bool = False
    renew_anon_volumes: bool = False
    renew_volumes: bool = False
    """Volumes that the files have changed are made anew, which loses their data; else they stay, with a warning."""
    keep_networks: bool = False
    """Networks that the files have changed stay as they are."""
    remove_orphans: bool = False
    debug: frozenset[str] = frozenset()
    """Services that get the debug helper though their files do not ask for it."""
    helpers: bool | None = None
    """Whether those get it whose files do; None: as the environment has it, not where it is protected."""
    rolling: bool | None = None
    """Replicas are recreated in turns, each ready before the next is touched; None: as the environment has it."""
    scale: Mapping[str, int] = field(default_factory=dict)
    timeout: float | None = None
    """Grace period for containers that are stopped, in seconds."""
    wait: bool = False
    """End only when every service is running or healthy."""
    wait_timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """Stop and remove. With `services` only those, and no network. What `volumes` removes is lost."""

    services: tuple[str, ...] = ()
    volumes: bool = False
    remove_orphans: bool = False
    images: str = ""
    """"", "local" or "all" (--rmi)."""
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    services: tuple[str, ...] = ()
    wait: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    services: tuple[str, ...] = ()
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    services: tuple[str, ...] = ()
    timeout: float | None = None
    no_deps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    services: tuple[str, ...] = ()
    signal: str = "SIGKILL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpause:
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Remove stopped containers; `stop` stops them first, `volumes` removes their anonymous volumes too."""

    services: tuple[str, ...] = ()
    stop: bool = False
    volumes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Recreate services (none named: all of which a previous image is kept) with the image they had before."""

    services: tuple[str, ...] = ()
    rolling: bool | None = None
    """Replicas are recreated in turns, each ready before the next is touched; None: as the environment has it."""
    timeout: float | None = None
    """Grace period for containers that are stopped, in seconds."""
    wait_timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildImages:
    services: tuple[str, ...] = ()
    no_cache: bool = False
    pull: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PullImages:
    services: tuple[str, ...] = ()
    ignore_failures: bool = False


PlannedCommand = (
    Up | Down | Start | Stop | Restart | Kill | Pause | Unpause | Remove | Rollback | BuildImages | PullImages
)
"""Commands that become a Plan (devbox.plan.verbs) and are walked by session.up; no services named: all of them."""
