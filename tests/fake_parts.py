"""What FakeEngine is made of: scripted behaviour, a container's record, and feeds that can be closed and lost."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from devbox.adapters import translate
from devbox.adapters.container import inspected
from devbox.errors import EngineLost
from devbox.logs.line import LogLine, Stream
from devbox.plan.observed import Container, HealthState, RunState
from devbox.plan.steps import ContainerSpec
from devbox.ports import ExecResult, Pipe

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How containers of a service (or image) behave once started; times in seconds."""

    health: tuple[tuple[float, HealthState], ...] = ((0.0, HealthState.HEALTHY),)
    """(after, verdict) from the start on, for containers that have a healthcheck; empty: starting for ever."""
    exits: int | None = None
    """Ends with this code, after `runs_for`."""
    runs_for: float = 0.0
    lines: tuple[str, ...] = ()
    """Printed at each start."""
    exec: Callable[[tuple[str, ...]], ExecResult] | None = None
    pipe: Callable[[tuple[str, ...]], Awaitable[Pipe]] | None = None
    """What a command that a pipe is opened to is; without one it is `cat`."""
    start_error: str = ""
    """The engine refuses to start it (status 500)."""


@dataclass(frozen=True, kw_only=True)
class FakeImage:
    """An image that is there or can be pulled."""

    healthcheck: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    content: str = ""
    """Another content is another id."""
    id: str = ""
    """Set where the image has had another name before."""

    def id_of(self, reference: str) -> str:
        return self.id or "sha256:" + digest(f"image {reference} {self.content}")


class Lost:
    """What a feed holds as its last item when the engine goes away."""


class Feed(Generic[T]):
    """A stream of batches that one reader takes; ended by `end`, broken by `lose`."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[list[T] | Lost | None] = asyncio.Queue()

    def put(self, batch: list[T]) -> None:
        self._items.put_nowait(batch)

    def end(self) -> None:
        self._items.put_nowait(None)

    def lose(self) -> None:
        self._items.put_nowait(Lost())

    async def read(self) -> AsyncIterator[list[T]]:
        while (item := await self._items.get()) is not None:
            if isinstance(item, Lost):
                raise EngineLost("The engine went away.")
            yield item


@dataclass
class FakeContainer:
    """A container's record, kept close to what an inspect answers."""

    spec: ContainerSpec
    name: str
    id: str
    image_id: str
    test: tuple[str, ...]
    networks: set[str]
    mounts: list[dict[str, Any]]
    behaviour: Behaviour
    created: float = field(default_factory=time.time)
    state: RunState = RunState.CREATED
    health: HealthState = HealthState.NONE
    started: float | None = None
    finished: float | None = None
    exit_code: int = 0
    error: str = ""
    restarts: int = 0
    probes: list[tuple[float, int, str]] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """What was copied in: tar archives by folder, injected files by path."""
    followers: list[Feed[LogLine]] = field(default_factory=list)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    timers: list[asyncio.TimerHandle] = field(default_factory=list)

    @property
    def labels(self) -> Mapping[str, str]:
        return self.spec.body.get("Labels") or {}

    @property
    def live(self) -> bool:
        return self.state in (RunState.RUNNING, RunState.PAUSED, RunState.RESTARTING)

    def published(self) -> list[tuple[int, str, str, int]]:
        """(container port, protocol, host address, host port)"""
        found = []
        for key, bindings in ((self.spec.body.get("HostConfig") or {}).get("PortBindings") or {}).items():
            target, _, protocol = key.partition("/")
            for binding in bindings or ():
                found.append(
                    (int(target), protocol or "tcp", binding.get("HostIp", ""), int(binding.get("HostPort") or 0))
                )
        return found

    def print(self, text: str, stream: Stream = Stream.STDOUT, at: float | None = None) -> None:
        """One line of its output."""
        nanoseconds = int((time.time() if at is None else at) * 1e9)
        line = LogLine(self.labels.get(translate.SERVICE, ""), self.name, stream, nanoseconds, text)
        self.lines.append(line)
        for follower in self.followers:
            follower.put([line])

    def inspect(self) -> dict[str, Any]:
        """As the engine would answer."""
        body, host = self.spec.body, self.spec.body.get("HostConfig") or {}
        config = {key: value for key, value in body.items() if key not in ("HostConfig", "NetworkingConfig")}
        check = dict(body.get("Healthcheck") or {})
        check["Test"] = list(self.test)
        config |= {"Image": self.spec.image, "Labels": dict(self.labels), "Healthcheck": check if self.test else None}
        ports: dict[str, Any] = dict.fromkeys(body.get("ExposedPorts") or {})
        if self.live:
            for target, protocol, address, port in self.published():
                entry = {"HostIp": address or "0.0.0.0", "HostPort": str(port or 49000 + target % 1000)}
                ports[f"{target}/{protocol}"] = [*(ports.get(f"{target}/{protocol}") or []), entry]
        state: dict[str, Any] = {
            "Status": self.state.value,
            "StartedAt": iso(self.started),
            "FinishedAt": iso(self.finished),
            "ExitCode": self.exit_code,
            "Error": self.error,
            "Pid": 4321 if self.live else 0,
        }
        if self.test and self.health is not HealthState.NONE:
            log = [
                {"Start": iso(at), "End": iso(at), "ExitCode": code, "Output": out}
                for at, code, out in self.probes[-5:]
            ]
            streak = 0 if not self.probes or self.probes[-1][1] == 0 else len(self.probes)
            state["Health"] = {"Status": self.health.value, "FailingStreak": streak, "Log": log}
        return {
            "Id": self.id,
            "Name": f"/{self.name}",
            "Created": iso(self.created),
            "Image": self.image_id,
            "RestartCount": self.restarts,
            "State": state,
            "Config": config,
            "HostConfig": {"LogConfig": {"Type": "json-file"}, **host},
            "Mounts": self.mounts,
            "NetworkSettings": {"Ports": ports, "Networks": {name: {} for name in self.networks}},
        }

    def observed(self, *, detail: bool) -> Container:
        found = inspected(self.inspect())
        return found if detail or not self.live else replace(found, detail=None)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def iso(moment: float | None) -> str:
    return "0001-01-01T00:00:00Z" if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()


def mounts_of(spec: ContainerSpec, image: FakeImage) -> list[dict[str, Any]]:
    """The mounts of a created container: what its body names, and an anonymous volume for each other of its image's."""
    host = spec.body.get("HostConfig") or {}
    mounts: list[dict[str, Any]] = []
    for bind in host.get("Binds") or ():
        source, target = bind.split(":")[:2]
        kind = "bind" if source.startswith("/") else "volume"
        mounts.append(
            {"Type": kind, "Name": source if kind == "volume" else "", "Source": source, "Destination": target}
        )
    for mount in host.get("Mounts") or ():
        name = mount.get("Source") or (anonymous(spec.name, mount["Target"]) if mount["Type"] == "volume" else "")
        mounts.append({"Type": mount["Type"], "Name": name, "Source": name, "Destination": mount["Target"]})
    named = {mount["Destination"] for mount in mounts}
    for target in sorted({*(spec.body.get("Volumes") or ()), *image.volumes} - named):
        mounts.append({"Type": "volume", "Name": anonymous(spec.name, target), "Source": "", "Destination": target})
    return mounts


def anonymous(name: str, target: str) -> str:
    return digest(f"{name} {target} {time.monotonic_ns()}")


def networks_of(spec: ContainerSpec) -> set[str]:
    named = (spec.body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    mode = (spec.body.get("HostConfig") or {}).get("NetworkMode") or ""
    plain = {mode} if mode and mode not in ("default", "host", "none") and ":" not in mode else set()
    return {*named, *spec.extra_networks, *plain}


def last(lines: Sequence[LogLine], tail: int | None) -> list[LogLine]:
    if tail is None:
        return list(lines)
    return list(lines[-tail:]) if tail else []
