"""One environment: what to load, and what it is called on the engine."""

from __future__ import annotations

from devbox.environments.kind import Kind, by_name
from devbox.errors import Place
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An entry of `lint.ignore`: findings of `rule` in `services` (none: all) that `reason` explains."""

    rule: str
    services: tuple[str, ...] = ()
    reason: str
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """`files`, `env_files` absolute and in order of merging; empty `files` leaves the discovery to Compose's own rules.

    `project` "" leaves the name to the files; `context` "" is the docker CLI's current one.
    """

    name: str
    files: tuple[str, ...] = ()
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    project: str = ""
    project_directory: str = ""
    context: str = ""
    protected: bool = False
    rolling: bool = False
    """`up` recreates replicas in turns."""
    description: str = ""
    suppressions: tuple[Suppression, ...] = ()
    place: Place | None = None
    """Where devbox.yaml names it; None: discovered."""
    said_kind: Kind | None = None
    """As devbox.yaml says; None: by its name."""

    @property
    def kind(self) -> Kind:
        """What it is for."""
        return self.said_kind or by_name(self.name, protected=self.protected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One exception from the rules of `devbox check`: the rule, what it is about, and why it may be so."""

    rule: str
    subject: str
    reason: str
    place: Place
