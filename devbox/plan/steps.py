"""What a plan is made of: each step names its target and its cause.

A step names containers by id, or by name where the container is made by an earlier step (the engine takes either).
Times are in seconds; None leaves it to the container's own setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from devbox.compose.model import Build, Condition, Hook, Network, Volume
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectedFile:
    """A file copied into a created container before it starts (configs and secrets that are no file on the host)."""

    path: str
    content: bytes
    uid: int = 0
    gid: int = 0
    mode: int = 0o444


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """A container as it should be made.

    `body` is the engine's own `POST /containers/create` schema; `extra_networks` are the endpoints (engine schema)
    to connect before the start where the API (< 1.44) takes only one network at creation.
    """

    name: str
    service: str
    number: int
    image: str
    platform: str = ""
    body: Mapping[str, Any]
    extra_networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: tuple[InjectedFile, ...] = ()
    hosts: Mapping[str, str] = field(default_factory=dict)
    """service -> name of its container that lends a namespace or volumes; its id is part of the hash of this one."""
    helper: bool = False
    """Its Pythons can be asked for a debugger: the one who creates it mounts what that takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNetwork:
    network: Network
    labels: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveNetwork:
    name: str
    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVolume:
    volume: Volume
    labels: Mapping[str, str]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveVolume:
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveImage:
    """An image is there and no longer wanted (`down --rmi`)."""

    image: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepImage:
    """Give the image of that id a name by which `rollback` finds it, whatever becomes of its others."""

    service: str
    image: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PullImage:
    services: tuple[str, ...]
    image: str
    platform: str = ""
    why: str
    ignore_failure: bool = False
    """True where the service can also be built, or the policy tolerates it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildImage:
    service: str
    also: tuple[str, ...] = ()
    """Other services that run the same image, built of the same."""
    image: str
    """The tag the result gets."""
    build: Build
    platform: str = ""
    no_cache: bool = False
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateContainer:
    """`inherit_from`: id of the container it replaces, whose anonymous volumes it takes over; "": none."""

    spec: ContainerSpec
    inherit_from: str = ""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartContainer:
    service: str
    container: str
    name: str
    hooks: tuple[Hook, ...] = ()
    """post_start"""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopContainer:
    service: str
    container: str
    name: str
    timeout: float | None = None
    hooks: tuple[Hook, ...] = ()
    """pre_stop"""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartContainer:
    service: str
    container: str
    name: str
    timeout: float | None = None
    hooks: tuple[Hook, ...] = ()
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KillContainer:
    service: str
    container: str
    name: str
    signal: str = "SIGKILL"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseContainer:
    service: str
    container: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpauseContainer:
    service: str
    container: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveContainer:
    """`force` kills it first; `volumes` removes its anonymous volumes too."""

    service: str
    container: str
    name: str
    force: bool = False
    volumes: bool = False
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameContainer:
    service: str
    container: str
    name: str
    """The new name."""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor:
    """A gate: passes when every one of `containers` of `service` has met `condition`, fails when it cannot any more.

    `required` False: the gate passes with a warning instead of failing.
    """

    service: str
    containers: tuple[str, ...]
    name: str = ""
    """The one replica that is meant; "": all of the service."""
    condition: Condition
    required: bool = True
    timeout: float | None = None
    lasting: float = 0.0
    """Seconds for which the condition must go on being met."""
    withdraw: bool = False
    """What does not pass is stopped: it stands beside those that serve."""
    remains: str = ""
    """What a failure leaves as it was, in words."""
    why: str


Step = (
    CreateNetwork
    | RemoveNetwork
    | CreateVolume
    | RemoveVolume
    | RemoveImage
    | KeepImage
    | PullImage
    | BuildImage
    | CreateContainer
    | StartContainer
    | StopContainer
    | RestartContainer
    | KillContainer
    | PauseContainer
    | UnpauseContainer
    | RemoveContainer
    | RenameContainer
    | WaitFor
)
