"""A project in a folder, an engine, and the command line between them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from devbox.adapters.files import LocalFiles
from devbox.adapters.host_tree import HostTree
from devbox.adapters.kit import InstalledKit
from devbox.adapters.ledger_files import LocalLedgers
from devbox.adapters.secret_files import LocalSecretFiles
from devbox.errors import NoEngine
from devbox.main import main
from devbox.plan.steps import ContainerSpec
from devbox.ports import Builder, Engine, Host, Outside
from devbox.settings import Settings
from tests.engine.specs import spec
from tests.fakes import FakeEngine
from tests.memory import Memory
from tests.real import IMAGE

T = TypeVar("T")

TWO = f"""
name: shop
services:
  api:
    image: {IMAGE}
    depends_on: [db]
    ports: ["8000:80"]
  db:
    image: {IMAGE}
"""


@dataclass(kw_only=True)
class Said:
    """What a run of the command line ended with."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(kw_only=True)
class World:
    """`run` is the command line in-process: over `engine`, in `folder`."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    engine: FakeEngine = field(default_factory=lambda: FakeEngine(images=[IMAGE]))
    environ: dict[str, str] = field(default_factory=dict)
    contexts: list[str] = field(default_factory=list)
    builder: Builder | None = None
    now: Callable[[], float] = time.time
    """This machine's clock."""

    def write(self, text: str, name: str = "compose.yaml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run(self, *words: str) -> Said:
        self.capsys.readouterr()
        code = main(words, self.outside())
        said = self.capsys.readouterr()
        return Said(code=code, out=said.out, err=said.err)

    def outside(self) -> Outside:
        async def connect(context: str) -> Engine:
            self.contexts.append(context)
            if self.engine.away:
                raise NoEngine("No Docker Engine answers.", hint="Start one with `devbox engine start`.")
            self.engine.closed = False
            return self.engine

        def builder(engine: Engine) -> Builder:
            assert self.builder is not None, "this test builds nothing"
            return self.builder

        def host(context: str) -> Host:
            raise AssertionError("no test here asks the host")

        return Outside(
            environ=self.environ,
            cwd=str(self.folder),
            settings=Settings(),
            files=LocalFiles(),
            secrets=LocalSecretFiles,
            connect=connect,
            builder=builder if self.builder else lambda engine: NoBuilder(),
            sources=HostTree,
            kept=Memory,
            kit=InstalledKit,
            ledgers=lambda: LocalLedgers({"XDG_STATE_HOME": str(self.folder / "state")}),
            host=host,
            now=self.now,
        )

    def given(self, *services: str, project: str = "shop", **body: Any) -> None:
        """Running containers of these services, the first replica of each."""
        for service in services:
            self.wait_for(self._start(spec(project, service, **body)))

    def given_stopped(self, service: str, code: int = 0) -> None:
        async def end() -> None:
            made = await self._start(spec("shop", service))
            self.engine.exit(made, code)

        self.wait_for(end())

    def given_scaled(self, service: str, count: int) -> None:
        for number in range(1, count + 1):
            self.wait_for(self._start(spec("shop", service, number=number)))

    async def _start(self, made: ContainerSpec) -> str:
        container = await self.engine.create_container(replace(made))
        await self.engine.start(container)
        return container

    @staticmethod
    def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(coroutine)


class NoBuilder:
    """Stands where nothing is built."""

    def build(self, request: object) -> Any:
        raise AssertionError("nothing should be built here")
