"""A project in a folder, driven on the real engine and looked at by other means than devbox's own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.models.containers import Container

from devbox.adapters.files import LocalFiles
from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.plan.commands import PlannedCommand
from devbox.plan.text import describe
from devbox.ports import Engine
from devbox.session.state import Phase
from devbox.session.up import Outcome
from devbox.settings import Settings
from tests.real import IMAGE, sdk
from tests.session.walking import Doing

LABEL = "com.docker.compose.project"
COMMON = f"""
x-service: &service
  image: {IMAGE}
  command: sleep 1000
  stop_signal: SIGKILL
x-apart: &apart
  <<: *service
  network_mode: none
"""
"""`*apart` costs less, where nothing is said over a network."""


@dataclass
class Stack:
    """`write` the file, `do` commands, look at `containers`."""

    name: str
    folder: Path
    engine: Engine
    history: list[Doing] = field(default_factory=list)

    def write(self, text: str) -> Stack:
        """The Compose file; services may say `<<: *service` or `<<: *apart`."""
        self.file.write_text(COMMON + textwrap.dedent(text))
        return self

    @property
    def file(self) -> Path:
        return self.folder / "compose.yaml"

    def project(self) -> Project:
        """The project as the file now has it."""
        request = LoadRequest(cwd=str(self.folder), environ={}, project_name=self.name)
        return load(request, LocalFiles())

    def doing(self, settings: Settings | None = None) -> Doing:
        """Something to do commands with."""
        found = Doing(self.engine, self.project(), settings=settings or Settings())
        self.history.append(found)
        return found

    async def do(self, command: PlannedCommand) -> Outcome:
        """Do it to the end."""
        return await self.doing().do(command)

    async def done(self, command: PlannedCommand) -> Outcome:
        """Do it; anything but success fails the test."""
        outcome = await self.do(command)
        assert outcome.phase is Phase.DONE, outcome.errors
        return outcome

    def containers(self) -> dict[str, Container]:
        """What the engine has of the project: service-number -> container."""
        with sdk() as client:
            found = client.containers.list(all=True, filters={"label": f"{LABEL}={self.name}"})
            for one in found:
                one.reload()
            return {one.name.removeprefix(f"{self.name}-"): one for one in found}

    def states(self) -> dict[str, str]:
        """service-number -> state."""
        return {name: one.status for name, one in sorted(self.containers().items())}

    def ids(self) -> dict[str, str]:
        """service-number -> id."""
        return {name: one.id for name, one in self.containers().items()}

    def devbox(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The program itself on the same file, standing in its folder."""
        command = [sys.executable, "-m", "devbox", "-p", self.name, "-f", str(self.file), *words]
        environ = {**os.environ, "XDG_STATE_HOME": str(self.state)}
        return subprocess.run(command, cwd=self.folder, env=environ, capture_output=True, text=True, timeout=100)

    @property
    def state(self) -> Path:
        """What devbox keeps from run to run."""
        return self.folder / "state"

    async def compose(self, *words: str) -> str:
        """`docker compose` on the same file; what it prints."""
        command = ["docker", "compose", "-p", self.name, "-f", str(self.file), *words]
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        return out.decode()

    def tell(self) -> None:
        """Print what was done; shown where the test fails."""
        for doing in self.history:
            for event in doing.events:
                plan: Any = getattr(event, "plan", None)
                print(describe(plan) if plan is not None else event)
        for name, one in self.containers().items():
            print(f"--- {name} ({one.status})\n{one.logs(tail=10).decode(errors='replace')}")


def volumes(name: str) -> list[str]:
    """Names of the project's volumes."""
    with sdk() as client:
        return sorted(one.name for one in client.volumes.list(filters={"label": f"{LABEL}={name}"}))


def networks(name: str) -> list[str]:
    """Names of the project's networks."""
    with sdk() as client:
        return sorted(one.name for one in client.networks.list(filters={"label": f"{LABEL}={name}"}))
