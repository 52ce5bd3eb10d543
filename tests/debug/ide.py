"""An editor as far as a debugger sees it: attaches to a port, and to every process that it is told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from devbox.debug.codec import Decoder, encode

Message = dict[str, Any]
PATIENCE = 60


class Refused(Exception):
    """A request was answered with no."""


class Ide:
    """One connection; `told` are the events and requests that came, in order; `children` the connections it made on
    their account. `breakpoints`: path -> lines, set in each process before it goes on."""

    def __init__(self, port: int, breakpoints: dict[str, list[int]] | None = None, *, asks: bool = False) -> None:
        self.port = port
        self.breakpoints = breakpoints or {}
        self.asks = asks
        self.told: list[Message] = []
        self.children: list[Ide] = []
        self.capabilities: Message = {}
        self.ended = asyncio.Event()
        self._answers: dict[int, asyncio.Future[Message]] = {}
        self._count = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self) -> Ide:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._tasks.append(asyncio.create_task(self._read(reader)))
        return self

    async def attach(self, **arguments: Any) -> Ide:
        """Introduce itself, attach, set the breakpoints, let it go on. Refused says why not."""
        self.capabilities = await self.ask("initialize", adapterID="x", supportsStartDebuggingRequest=self.asks)
        attaching = asyncio.ensure_future(self.ask("attach", **{"name": "test", **arguments}))
        initialized = asyncio.ensure_future(self.event("initialized"))
        await asyncio.wait([attaching, initialized], return_when=asyncio.FIRST_COMPLETED)
        if not initialized.done():
            initialized.cancel()
            await attaching
        for path, lines in self.breakpoints.items():
            asked = [{"line": line} for line in lines]
            await self.ask("setBreakpoints", source={"path": path}, breakpoints=asked)
        await self.ask("configurationDone")
        await attaching
        return self

    async def ask(self, command: str, **arguments: Any) -> Message:
        self._count += 1
        number = self._count
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._send({"seq": number, "type": "request", "command": command, "arguments": arguments})
        async with asyncio.timeout(PATIENCE):
            message = await answer
        if not message["success"]:
            raise Refused(message["message"])
        return message.get("body") or {}

    async def event(self, name: str, check: Callable[[Message], bool] = lambda body: True) -> Message:
        """The body of the first such event that came or comes, which is then forgotten."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for at, message in enumerate(self.told):
                    if message.get("event") == name and check(message.get("body") or {}):
                        return dict(self.told.pop(at).get("body") or {})
                assert not self.ended.is_set(), f"no {name} came: {self.told}"
                await asyncio.sleep(0.01)

    async def stands(self) -> tuple[Ide, list[Message]]:
        """Wait for a process that stands: its connection, and its frames."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for one in (self, *self.family()):
                    if any(message.get("event") == "stopped" for message in one.told):
                        thread = (await one.event("stopped"))["threadId"]
                        return one, (await one.ask("stackTrace", threadId=thread))["stackFrames"]
                await asyncio.sleep(0.01)

    def family(self) -> list[Ide]:
        """The connections on account of this one, and of those."""
        return [one for child in self.children for one in (child, *child.family())]

    async def close(self) -> None:
        """Hang up on all."""
        for child in self.children:
            await child.close()
        for task in self._tasks:
            task.cancel()
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()

    async def _send(self, message: Message) -> None:
        assert self._writer is not None
        self._writer.write(encode(message))
        with suppress(OSError):
            await self._writer.drain()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        decoder = Decoder()
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                for message in decoder.take(data):
                    await self._took(message)
        self.ended.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("hung up"))
                answer.exception()

    async def _took(self, message: Message) -> None:
        if message["type"] == "response":
            answer = self._answers.pop(message["request_seq"])
            if not answer.done():
                answer.set_result(message)
            return
        self.told.append(message)
        if message.get("event") == "debugpyAttach":
            self._tasks.append(asyncio.create_task(self._follow(message["body"])))
        elif message.get("command") == "startDebugging":
            head = {"seq": 0, "type": "response", "request_seq": message["seq"], "command": "startDebugging"}
            await self._send({**head, "success": True})
            self._tasks.append(asyncio.create_task(self._follow(message["arguments"]["configuration"])))

    async def _follow(self, configuration: Message) -> None:
        assert configuration["connect"]["port"] == self.port, configuration
        child = await Ide(self.port, self.breakpoints, asks=self.asks).connect()
        self.children.append(child)
        with suppress(Refused, ConnectionError):
            await child.attach(**configuration)
