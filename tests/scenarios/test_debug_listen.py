"""`devbox debug --listen` before real containers: an editor stays with its service through all that happens to it."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest

from devbox.plan.commands import Restart, Up
from tests.debug.ide import Ide
from tests.eventually import eventually
from tests.scenarios.attaching import LINE, LOOP, Attaching
from tests.scenarios.test_attach_running import built
from tests.stack.stack import images

PATIENCE = 90
RELOADS = """\
import multiprocessing, os, runpy, time
def serve():
    runpy.run_path("/code/served.py")
if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    while True:
        seen, child = os.stat("/code/served.py").st_mtime_ns, spawn.Process(target=serve)
        child.start()
        while os.stat("/code/served.py").st_mtime_ns == seen:
            time.sleep(0.05)
        child.terminate()
        child.join()
"""
"""What `uvicorn --reload` does: a parent that watches, and a child that serves."""


GO = """\
FROM {base}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends golang-go delve
WORKDIR /code
RUN printf '%s\\n' 'package main' 'import "time"' \\
    'func work(n int) int {{' ' doubled := n * 2' ' return doubled' '}}' \\
    'func main() {{' ' for n := 1; ; n++ {{' '  println(work(n))' '  time.Sleep(5e7)' ' }}' '}}' > app.go \\
 && CGO_ENABLED=0 go build -gcflags='all=-N -l' -o /app app.go
CMD ["dlv", "exec", "--headless", "--listen=127.0.0.1:4711", "--accept-multiclient", "--continue", "/app"]
"""
GO_LINE = 5


@dataclass
class Command:
    """The command while it runs, and what it said."""

    process: asyncio.subprocess.Process
    said: list[dict[str, Any]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def says(self, event: str, check: Callable[[dict[str, Any]], bool] = lambda one: True) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            assert self.process.returncode is None, self.errors
            return next((one for one in self.said if one["event"] == event and check(one)), None)

        return await eventually(found, PATIENCE, message=f"it never said {event}: {self.said}")  # type: ignore[no-any-return]

    async def port(self, service: str = "app") -> int:
        opened = await self.says("open", lambda one: one["service"] == service)
        return int(opened["address"].rpartition(":")[2])

    async def configuration(self, folder: Path) -> dict[str, Any]:
        """The entry of launch.json that it prints, as an editor takes it that is opened at the folder."""
        said = json.dumps((await self.says("entry"))["configuration"])
        return dict(json.loads(said.replace("${workspaceFolder}", str(folder))))

    async def interrupted(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


@asynccontextmanager
async def listening(folder: Path, project: str, *words: str) -> AsyncIterator[Command]:
    """`devbox debug --listen --json` in that folder."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devbox", "-p", project, "debug", *words, "--listen", "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
    )
    command = Command(process)

    async def read(stream: asyncio.StreamReader, take: Callable[[str], Any]) -> None:
        async for line in stream:
            take(line.decode())

    assert process.stdout and process.stderr
    reading = [
        asyncio.create_task(read(process.stdout, lambda line: command.said.append(json.loads(line)))),
        asyncio.create_task(read(process.stderr, command.errors.append)),
    ]
    try:
        yield command
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await asyncio.wait(reading)


async def stops(ide: Ide, file: Path, line: int = LINE) -> str:
    """Wait until a process stands in the file at that line; what `doubled` is there. It goes on."""
    one, frames = await ide.stands()
    assert (frames[0]["source"]["path"], frames[0]["line"]) == (str(file), line)
    found = await one.ask("evaluate", expression="doubled", frameId=frames[0]["id"], context="repl")
    await one.ask("setBreakpoints", source={"path": str(file)}, breakpoints=[])
    await one.ask("continue", threadId=1)
    return str(found["result"])


async def test_an_editor_stays_with_its_service_through_restart_and_recreation(attaching: Attaching) -> None:
    await attaching.up("x-devbox: {debug: true}")
    file = attaching.stack.folder / "code" / "app.py"
    async with listening(attaching.stack.folder, attaching.stack.name, "app") as command:
        port = await command.port()
        configuration = await command.configuration(attaching.stack.folder)
        assert configuration["pathMappings"] == [{"localRoot": str(file.parent), "remoteRoot": "/code"}]
        ide = await (await Ide(port, {str(file): [LINE]}).connect()).attach(**configuration)
        await stops(ide, file)
        for command_of_ours in (Restart(services=("app",)), Up(services=("app",), force_recreate=True, helpers=True)):
            await attaching.stack.done(command_of_ours)
            assert await ide.event("terminated") == {"restart": True}
            await ide.close()
            ide = await (await Ide(port, {str(file): [LINE]}).connect()).attach(**configuration)
            await stops(ide, file)
        assert await command.interrupted() == 130
        await ide.close()


async def test_children_are_followed_through_hot_reloads(attaching: Attaching) -> None:
    attaching.code("served.py", LOOP)
    await attaching.up("x-devbox: {debug: true}", RELOADS)
    file = attaching.stack.folder / "code" / "served.py"
    async with listening(attaching.stack.folder, attaching.stack.name, "app") as command:
        ide = await Ide(await command.port(), {str(file): [LINE]}).connect()
        await ide.attach(**await command.configuration(attaching.stack.folder))
        assert int(await stops(ide, file)) > 0
        old = ide.children[0]
        file.write_text(LOOP.replace("n * 2", "n * -2"))
        assert await old.event("terminated") == {}, "the service is still there: nobody has to come back"
        assert int(await stops(ide, file)) < 0
        await ide.close()


async def goes_on(attaching: Attaching, lines: int) -> None:
    """Wait until it has printed that many."""
    app = attaching.stack.containers()["app-1"]
    await eventually(lambda: app.logs().count(b"\n") > lines, PATIENCE, message="it stands where it was left")


@pytest.fixture(scope="session")
def go_image() -> str:
    """A program in Go, started by its debugger."""
    base = "devbox-offline/debian:bookworm" if images() else "debian:bookworm-slim"
    return built("dbt-go:2", GO.format(base=base))


async def test_a_service_in_go_is_debugged_by_delve_and_goes_on_afterwards(attaching: Attaching, go_image: str) -> None:
    service = f"image: {go_image}\nx-devbox: {{debug: {{port: 4711, type: go}}}}"
    attaching.stack.write(
        f"services:\n  app:\n    network_mode: none\n    cap_drop: [ALL]\n{indent(service, '    ')}\n"
    )
    await attaching.stack.done(Up())
    async with listening(attaching.stack.folder, attaching.stack.name, "app") as command:
        port = await command.port()
        for leaving in ("it says so", "it hangs up", "devbox ends"):
            ide = await Ide(port, {"/code/app.go": [GO_LINE]}).connect()
            await ide.attach(**await command.configuration(attaching.stack.folder))
            one, frames = await ide.stands()
            assert (frames[0]["name"], frames[0]["line"]) == ("main.work", GO_LINE)
            found = await one.ask("evaluate", expression="n", frameId=frames[0]["id"], context="repl")
            if leaving == "it says so":
                await ide.ask("disconnect", terminateDebuggee=False)
            elif leaving == "devbox ends":
                assert await command.interrupted(signal.SIGTERM) == 130
            await ide.close()
            await goes_on(attaching, int(found["result"]) + 5)
