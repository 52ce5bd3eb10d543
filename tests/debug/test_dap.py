"""The connection to a debug server that says nothing, too much, or what is no DAP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from devbox.debug.codec import Decoder, encode
from devbox.errors import DevboxError
from devbox.session.dap import Dap, Gone
from tests.eventually import eventually
from tests.fake_pipe import FakePipe


class Server:
    """The other end of a pipe: it says what the test has it say."""

    def __init__(self) -> None:
        self.pipe = FakePipe(self._take)
        self.heard: list[tuple[str, Any]] = []
        self.dap = Dap(self.pipe, lambda event, body: self.heard.append((event, dict(body))))
        self.asked: list[dict[str, Any]] = []
        self._decoder = Decoder()

    def _take(self, data: bytes) -> bytes:
        self.asked += self._decoder.take(data)
        return b""

    def say(self, **message: Any) -> None:
        self.pipe.say(encode(message))

    def answer(self, request: dict[str, Any], success: bool = True, **more: Any) -> None:
        self.say(type="response", request_seq=request["seq"], success=success, command=request["command"], **more)

    async def asks(self, command: str) -> dict[str, Any]:
        """The next request of that command."""
        found: dict[str, Any] = await eventually(
            lambda: next((one for one in self.asked if one.get("command") == command), None), 30
        )
        self.asked.remove(found)
        return found


@asynccontextmanager
async def served() -> AsyncIterator[tuple[Server, asyncio.Task[None]]]:
    server = Server()
    running = asyncio.create_task(server.dap.run())
    yield server, running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_answers_come_to_their_requests_in_whatever_order() -> None:
    async with served() as (server, _):
        first = asyncio.create_task(server.dap.request("threads"))
        second = asyncio.create_task(server.dap.request("stackTrace", {"threadId": 1}))
        asked = [await server.asks("stackTrace"), await server.asks("threads")]
        server.answer({"seq": 99, "command": "nobody"})
        for request in asked:
            server.answer(request, body={"of": request["command"]})
        assert [await first, await second] == [{"of": "threads"}, {"of": "stackTrace"}]
        assert asked[0]["arguments"] == {"threadId": 1}


async def test_what_arrives_with_an_answer_is_told_before_the_event_behind_it() -> None:
    async with served() as (server, _):
        order: list[str] = []
        going = asyncio.create_task(server.dap.request("continue", arrived=lambda body: order.append("went")))
        request = await server.asks("continue")
        server.answer(request)
        server.say(type="event", event="stopped", body={"threadId": 1})
        await going
        await eventually(lambda: server.heard, 30)
        assert (order, server.heard) == (["went"], [("stopped", {"threadId": 1})])


async def test_a_refusal_is_said_in_the_servers_words() -> None:
    async with served() as (server, _):
        for more, words in (
            ({"message": "not now"}, "not now"),
            (
                {"body": {"error": {"format": "no {what} in {where}", "variables": {"what": "x", "where": "f"}}}},
                "no x in f",
            ),
            ({}, "The debug server refused goto."),
        ):
            going = asyncio.create_task(server.dap.request("goto"))
            server.answer(await server.asks("goto"), False, **more)
            with pytest.raises(DevboxError, match=words):
                await going


async def test_a_server_that_does_not_answer_is_not_waited_for_and_told_to_give_up() -> None:
    async with served() as (server, _):
        server.dap.cancels = True
        with pytest.raises(TimeoutError):
            await server.dap.request("evaluate", within=0.01)
        request = await server.asks("evaluate")
        assert (await server.asks("cancel"))["arguments"] == {"requestId": request["seq"]}
        server.answer(request)  # too late, and no harm


async def test_all_who_wait_hear_of_the_end() -> None:
    async with served() as (server, running):
        going = [asyncio.create_task(server.dap.request("threads")) for _ in range(3)]
        await server.asks("threads")
        server.pipe.said = "connection refused"
        server.pipe.end()
        for one in going:
            with pytest.raises(Gone, match="is gone: connection refused"):
                await one
        await running
        with pytest.raises(Gone):
            await server.dap.request("threads")


async def test_what_is_no_dap_ends_the_connection_and_says_so() -> None:
    async with served() as (server, running):
        going = asyncio.create_task(server.dap.request("threads"))
        await server.asks("threads")
        server.pipe.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with pytest.raises(Gone, match="does not speak the debug adapter protocol"):
            await going
        with pytest.raises(DevboxError):
            await running


async def test_messages_of_odd_shapes_are_passed_over() -> None:
    async with served() as (server, _):
        for odd in (
            {},
            {"type": 7},
            {"type": "event"},
            {"type": "response"},
            {"type": "event", "event": "x", "body": []},
        ):
            server.pipe.say(encode(odd))
        server.say(type="event", event="thread", body={"threadId": 3})
        await eventually(lambda: ("thread", {"threadId": 3}) in server.heard, 30)


async def test_the_servers_own_requests_are_answered() -> None:
    async with served() as (server, _):
        server.say(seq=5, type="request", command="runInTerminal", arguments={"args": ["rm"]})
        server.say(seq=6, type="request", command="startDebugging", arguments={"configuration": {"pid": 3}})
        answers = [await server.asks("runInTerminal"), await server.asks("startDebugging")]
        assert [(one["request_seq"], one["success"]) for one in answers] == [(5, False), (6, True)]
        assert server.heard == [("startDebugging", {"configuration": {"pid": 3}})]


async def test_a_flood_of_events_leaves_room_for_others() -> None:
    async with served() as (server, _):
        server.pipe.say(b"".join(encode({"type": "event", "event": "output", "body": {}}) for _ in range(20_000)))
        turns = 0
        while len(server.heard) < 20_000:
            turns += 1
            await asyncio.sleep(0)
        assert turns > 100
