"""How the fake engine's containers live: start, health, end, events, and the failures a test injects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from devbox.adapters import translate
from devbox.errors import Conflict, EngineError, EngineLost, NotFound
from devbox.logs.line import Stream
from devbox.plan.observed import HealthState, HeldPort, ObservedNetwork, ObservedVolume, RunState
from devbox.plan.steps import ContainerSpec
from devbox.ports import EngineEvent
from tests.fake_parts import Behaviour, FakeContainer, Feed


class FakeLives:
    """The half of FakeEngine that starts and stops containers."""

    def __init__(self) -> None:
        self.containers: dict[str, FakeContainer] = {}
        self.networks: dict[str, ObservedNetwork] = {}
        self.volumes: dict[str, ObservedVolume] = {}
        self.behaviours: dict[str, Behaviour] = {}
        self.calls: list[tuple[str, str]] = []
        self.execs: list[tuple[str, tuple[str, ...]]] = []
        """(container name, command)"""
        self.spoken: list[EngineEvent] = []
        self.listeners: list[Feed[EngineEvent]] = []
        self.delays: dict[str, float] = {}
        """method -> seconds it takes"""
        self.failures: dict[str, list[Exception]] = {}
        self.taken: list[HeldPort] = []
        self.away = False
        self.samples = 0
        self.last_moment = 0

    def fail(self, method: str, error: Exception, times: int = 1) -> None:
        """The next `times` calls of `method` raise `error`."""
        self.failures.setdefault(method, []).extend([error] * times)

    def behave(self, name: str, behaviour: Behaviour) -> None:
        """How containers of the service or image `name` behave from their next start on."""
        self.behaviours[name] = behaviour
        for one in self.containers.values():
            one.behaviour = self.behaviour_of(one.spec)

    def named(self, name: str) -> FakeContainer:
        """The record of the container of that name or id."""
        return self._find(name)

    def print(self, container: str, text: str, stream: Stream = Stream.STDOUT, at: float | None = None) -> None:
        self._find(container).print(text, stream, at)

    def hold(self, port: int, *, container: str = "stranger", project: str = "other", protocol: str = "tcp") -> None:
        """Somebody outside this project takes a host port."""
        self.taken.append(
            HeldPort(host_ip="0.0.0.0", port=port, protocol=protocol, container=container, project=project)
        )

    def lose(self) -> None:
        """The engine goes away: every call and stream raises EngineLost until `come_back`."""
        self.away = True
        self._lose_feeds()

    def come_back(self) -> None:
        self.away = False

    def set_health(self, container: str, verdict: HealthState) -> None:
        self._judge(self._find(container), verdict)

    def exit(self, container: str, code: int = 0) -> None:
        """Its process ends by itself."""
        self._die(self._find(container), code)

    def behaviour_of(self, spec: ContainerSpec) -> Behaviour:
        return self.behaviours.get(spec.service) or self.behaviours.get(spec.image) or Behaviour()

    # The verbs
    async def start(self, container: str) -> None:
        await self._enter("start", container)
        self._begin(self._find(container))

    async def stop(self, container: str, timeout: float | None = None) -> None:
        await self._enter("stop", container)
        found = self._find(container)
        if found.live:
            self._die(found, 143, signal="SIGTERM")
            self._tell(found, "stop")

    async def restart(self, container: str, timeout: float | None = None) -> None:
        await self._enter("restart", container)
        found = self._find(container)
        if found.live:
            self._die(found, 143, signal="SIGTERM")
            self._tell(found, "stop")
        self._begin(found)
        self._tell(found, "restart")

    async def kill(self, container: str, signal: str = "SIGKILL") -> None:
        await self._enter("kill", container)
        found = self._find(container)
        if not found.live:
            raise Conflict(f"cannot kill container: {container}: container is not running", status=409)
        if signal.removeprefix("SIG") in ("KILL", "TERM", "INT", "QUIT", "9", "15"):
            self._die(found, 137 if signal.endswith(("KILL", "9")) else 143, signal=signal)
        else:
            self._tell(found, "kill", {"signal": signal})

    async def pause(self, container: str) -> None:
        await self._enter("pause", container)
        found = self._find(container)
        if found.state is not RunState.RUNNING:
            raise Conflict(f"container {container} is not running or already paused", status=409)
        found.state = RunState.PAUSED
        self._tell(found, "pause")

    async def unpause(self, container: str) -> None:
        await self._enter("unpause", container)
        found = self._find(container)
        if found.state is not RunState.PAUSED:
            raise EngineError(f"Container {container} is not paused", status=500)
        found.state = RunState.RUNNING
        self._tell(found, "unpause")

    async def wait(self, container: str) -> int:
        await self._enter("wait")
        found = self._find(container)
        if found.live:
            await found.stopped.wait()
            if self.away:
                raise EngineLost("The engine went away.")
        return found.exit_code

    # What happens inside
    def _begin(self, found: FakeContainer) -> None:
        if found.live:
            return
        if message := found.behaviour.start_error or self._hindrance(found):
            found.error = message
            raise EngineError(message, status=500)
        found.state, found.started, found.exit_code, found.error = RunState.RUNNING, time.time(), 0, ""
        found.stopped.clear()
        self._tell(found, "start")
        for line in found.behaviour.lines:
            found.print(line)
        loop = asyncio.get_running_loop()
        if found.test:
            found.health = HealthState.STARTING
            for after, verdict in found.behaviour.health:
                found.timers.append(loop.call_later(after, self._judge, found, verdict))
        if found.behaviour.exits is not None:
            found.timers.append(loop.call_later(found.behaviour.runs_for, self._die, found, found.behaviour.exits))

    def _hindrance(self, found: FakeContainer) -> str:
        """Why the engine cannot start it; "" if it can."""
        for network in sorted(found.networks):
            if network not in {"bridge", "host", "none", *self.networks}:
                return f"network {network} not found"
        held = {(one.port, one.protocol) for one in self.taken}
        for other in self.containers.values():
            if other.live:
                held |= {(port, protocol) for _, protocol, _, port in other.published() if port}
        for _, protocol, address, port in found.published():
            if (port, protocol) in held:
                return f"driver failed: Bind for {address or '0.0.0.0'}:{port} failed: port is already allocated"
        return ""

    def _judge(self, found: FakeContainer, verdict: HealthState) -> None:
        if not found.live or found.health is verdict:
            return
        found.health = verdict
        healthy = verdict is HealthState.HEALTHY
        found.probes.append((time.time(), 0 if healthy else 1, "" if healthy else "not yet"))
        self._tell(found, f"health_status: {verdict.value}")

    def _die(self, found: FakeContainer, code: int, *, signal: str = "") -> None:
        if not found.live:
            return
        for timer in found.timers:
            timer.cancel()
        found.timers.clear()
        if signal:
            self._tell(found, "kill", {"signal": signal})
        found.state, found.finished, found.exit_code = RunState.EXITED, time.time(), code
        found.stopped.set()
        for follower in found.followers:
            follower.end()
        self._tell(found, "die", {"exitCode": str(code)})

    # Events and failures
    def _tell(self, found: FakeContainer, action: str, more: Mapping[str, str] | None = None) -> None:
        attributes = {**found.labels, "name": found.name, "image": found.spec.image, **(more or {})}
        self._say("container", action, found.id, attributes)

    def _say(self, kind: str, action: str, id: str, attributes: Mapping[str, str]) -> None:
        self.last_moment = max(time.time_ns(), self.last_moment + 1)
        event = EngineEvent(
            kind=kind,
            action=action,
            id=id,
            time=self.last_moment,
            project=attributes.get(translate.PROJECT, ""),
            service=attributes.get(translate.SERVICE, ""),
            attributes=dict(attributes),
        )
        self.spoken.append(event)
        for listener in self.listeners:
            listener.put([event])

    def _find(self, reference: str) -> FakeContainer:
        for one in self.containers.values():
            if reference in (one.id, one.name) or (len(reference) >= 12 and one.id.startswith(reference)):
                return one
        raise NotFound(f"No such container: {reference}", status=404)

    async def _enter(self, method: str, target: str | None = None) -> None:
        """Every call passes here: counted, delayed, refused."""
        if target is not None:
            self.calls.append((method, target))
        await asyncio.sleep(self.delays.get(method, 0.0))
        if self.away:
            raise EngineLost("The engine went away.", hint="devbox asks again by itself.")
        if self.failures.get(method):
            raise self.failures[method].pop(0)

    def _feeds(self) -> list[Feed]:  # type: ignore[type-arg]
        return [*self.listeners, *(feed for one in self.containers.values() for feed in one.followers)]

    def _end_feeds(self) -> None:
        for feed in self._feeds():
            feed.end()

    def _lose_feeds(self) -> None:
        for feed in self._feeds():
            feed.lose()
        for one in self.containers.values():
            one.stopped.set()
            if one.live:
                one.stopped = asyncio.Event()
