"""Waiting for a service that an editor is to be let into."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from devbox.compose.model import Service
from devbox.debug.model import Source, Way
from devbox.debug.paths import Paths
from devbox.plan.observed import Container, Observed, RunState
from devbox.ports import Pipe
from devbox.session import doorway
from devbox.session.doorway import ServiceDoorway
from devbox.session.entering import Door, Entrance
from tests.eventually import eventually
from tests.fakes import FakeEngine

RUNS = Container(id="c1", name="shop-api-1", project="shop", service="api", state=RunState.RUNNING)


class Silent(FakeEngine):
    """It tells of no event; the service runs once `runs` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = False
        self.looks = 0

    async def observe(self, project: str, **more: Sequence[str]) -> Observed:
        self.looks += 1
        return Observed(containers=(RUNS,) if self.runs else ())

    async def inspect(self, container: str) -> Container:
        return RUNS


@dataclass
class OneDoor:
    pid: int = 1
    name: str = "python app.py"


@dataclass
class Opened:
    way: Way = Way.ON_DEMAND
    doors: Sequence[Door] = (OneDoor(),)


class Open:
    """Entering, into anything."""

    async def enter(self, container: Container, service: Service, tell: Callable[[str], None]) -> Entrance:
        return Opened()

    async def open(self, entrance: Entrance, door: Door) -> Pipe:
        raise NotImplementedError

    async def paths(self, container: Container, service: Service) -> Paths:
        return Paths(())

    async def read(self, container: str, source: Source) -> str:
        raise NotImplementedError


async def test_a_service_is_waited_for_as_long_as_it_takes_though_no_event_tells_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doorway, "_LOOK", 0.01)
    engine = Silent()
    way_in = ServiceDoorway(engine, "shop", Service(name="api"), Open(), lambda _: None)
    arriving = asyncio.create_task(way_in.arrive(patient=False))
    await eventually(lambda: engine.looks > 3 or arriving.done(), timeout=30)
    engine.runs = True
    assert [one.container for one in await asyncio.wait_for(arriving, 30)] == ["c1"]
    assert not engine.listeners
