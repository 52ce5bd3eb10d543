"""Services in hardened containers, and a debugger that comes into them."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from devbox.adapters.kit import InstalledKit
from devbox.compose.model import Service
from devbox.debug.model import Way
from devbox.plan.commands import Up
from devbox.plan.observed import Container
from devbox.ports import Kit
from devbox.session import attach
from devbox.session.attach import Door, Entrance
from devbox.session.attach_beside import Beside
from devbox.session.dap import Dap
from tests.scenarios.stack import Stack

LONG = 60
HARDENED = """
x-hardened: &hardened
  user: "10001:10001"
  read_only: true
  cap_drop: [ALL]
  security_opt: [no-new-privileges]
  network_mode: none
  stop_signal: SIGKILL
  volumes: [./code:/code:ro]
"""
LOOP = """\
import time
def work(n):
    doubled = n * 2
    return doubled
n = 0
while True:
    n += 1
    work(n)
    time.sleep(0.05)
"""
LINE = 4
"""Of LOOP: where `doubled` is known."""


@dataclass
class Attaching:
    """A stack with a folder of code, and what was told on the way into its containers."""

    stack: Stack
    image: str
    told: list[str] = field(default_factory=list)

    def code(self, name: str, text: str) -> None:
        folder = self.stack.folder / "code"
        folder.mkdir(mode=0o755, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))

    async def up(self, service: str, code: str = LOOP, **up: Any) -> None:
        """Bring up `app`; `service` are further lines of it."""
        self.code("app.py", code)
        given = textwrap.dedent(service).strip()
        given = given if "command:" in given else f"command: [python3, /code/app.py]\n{given}"
        given = given if "image:" in given else f"image: {self.image}\n{given}"
        lines = textwrap.indent(given, "    ")
        self.stack.write(f"{HARDENED}\nservices:\n  app:\n    <<: *hardened\n{lines}")
        await self.stack.done(Up(**{"helpers": True, **up}))

    @property
    def service(self) -> Service:
        return self.stack.project().services["app"]

    async def container(self) -> Container:
        return await self.stack.engine.inspect(f"{self.stack.name}-app-1")

    async def enter(self, way: Way | None = None, *, kit: Kit | None = None, beside: Beside | None = None) -> Entrance:
        engine, container = self.stack.engine, await self.container()
        tell = self.told.append
        return await attach.enter(engine, container, self.service, kit or InstalledKit(), tell, way=way, beside=beside)

    async def ways(self, beside: Beside | None = None) -> Mapping[Way, str]:
        return dict(await attach.ways(self.stack.engine, await self.container(), self.service, beside=beside))

    @asynccontextmanager
    async def attached(self, entrance: Entrance, door: Door, line: int = 0) -> AsyncIterator[Attached]:
        """A debugger in the process behind the door, with a breakpoint in /code/app.py."""
        pipe = await attach.open_door(self.stack.engine, entrance, door)
        found = Attached()
        found.dap = Dap(pipe, found.heard)
        running = asyncio.ensure_future(found.dap.run())
        try:
            async with asyncio.timeout(LONG):
                await found.begin(line)
                yield found
                await found.dap.request("disconnect", {"terminateDebuggee": False})
        finally:
            await found.dap.close()
            await asyncio.wait([running])

    async def locals_at(self, entrance: Entrance, door: Door, line: int = LINE) -> Mapping[str, str]:
        """The local variables where the process stops first at that line; it goes on afterwards."""
        async with self.attached(entrance, door, line) as found:
            return await found.locals_where_it_stops()


@dataclass
class Attached:
    """A conversation with debugpy."""

    dap: Dap = field(init=False)
    initialized: asyncio.Event = field(default_factory=asyncio.Event)
    stops: asyncio.Queue[Mapping[str, Any]] = field(default_factory=asyncio.Queue)

    def heard(self, event: str, body: Mapping[str, Any]) -> None:
        if event == "initialized":
            self.initialized.set()
        elif event == "stopped":
            self.stops.put_nowait(body)

    async def begin(self, line: int) -> None:
        await self.dap.request("initialize", {"adapterID": "debugpy", "pathFormat": "path"}, within=LONG)
        attaching = asyncio.ensure_future(self.dap.request("attach", {"justMyCode": True}, within=LONG))
        await self.initialized.wait()
        if line:
            there = {"source": {"path": "/code/app.py"}, "breakpoints": [{"line": line}]}
            await self.dap.request("setBreakpoints", there, within=LONG)
        await self.dap.request("configurationDone", within=LONG)
        await attaching

    async def locals_where_it_stops(self) -> Mapping[str, str]:
        stop = await self.stops.get()
        stack = await self.dap.request("stackTrace", {"threadId": stop["threadId"]}, within=LONG)
        scopes = await self.dap.request("scopes", {"frameId": stack["stackFrames"][0]["id"]}, within=LONG)
        reference = next(one["variablesReference"] for one in scopes["scopes"] if one["name"] == "Locals")
        found = await self.dap.request("variables", {"variablesReference": reference}, within=LONG)
        return {one["name"]: one["value"] for one in found["variables"]}
