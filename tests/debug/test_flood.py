"""Debug servers that flood, lie and break off: State stays small, and the user is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from devbox.debug.codec import Decoder, encode
from devbox.debug.model import Phase
from tests.debug.target import Target
from tests.debug.world import World, said
from tests.fake_pipe import FakePipe


class Scripted(FakePipe):
    """A debug server that can do nothing but be attached to."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self._decoder = Decoder()

    def _take(self, data: bytes) -> bytes:
        return b"".join(self._answer_to(one) for one in self._decoder.take(data))

    def _answer_to(self, asked: dict[str, Any]) -> bytes:
        body: dict[str, Any] = {"threads": [{"id": 1, "name": "main"}]} if asked["command"] == "threads" else {}
        answer = encode(
            {"type": "response", "request_seq": asked["seq"], "success": True, "command": asked["command"]}
            | {"body": body}
        )
        return answer + (encode({"type": "event", "event": "initialized"}) if asked["command"] == "attach" else b"")

    def event(self, event: str, **body: Any) -> None:
        self.say(encode({"type": "event", "event": event, "body": body}))


class Played(Target):
    """A program that is only a pipe."""

    def __init__(self, pipe: Scripted) -> None:
        self.pipe, self.file, self.port = pipe, Path("/app.py"), 0

    @property
    def runs(self) -> bool:
        return True


async def attached(world: World, *pipes: Scripted) -> None:
    left = list(pipes)

    async def opened(entrance: Any, door: Any) -> Scripted:
        return left.pop(0)

    world.inside.open = opened  # type: ignore[method-assign]
    world.runs(api=[Played(pipe) for pipe in pipes])
    await world.attached(processes=len(pipes))


async def test_a_flood_of_output_is_kept_to_its_end_and_others_have_their_turn(tmp_path: Path) -> None:
    pipe = Scripted()
    async with World.open(tmp_path) as world:
        await attached(world, pipe)
        for start in range(0, 30_000, 1000):
            for number in range(start, start + 1000):
                pipe.event("output", category="stdout", output=f"{number} {'x' * 6000 if number == 29_999 else ''}")
            await asyncio.sleep(0)
        await world.eventually(lambda: said(world) and said(world)[-1].startswith("29999 "))
        assert len(said(world)) == 500
        assert len(said(world)[-1]) == 4096
        pipe.event("stopped", threadId=1, reason="breakpoint")
        await world.eventually(lambda: world.told().stopped)


async def test_a_server_that_breaks_off_in_nonsense_is_told_of(tmp_path: Path) -> None:
    pipe = Scripted()
    async with World.open(tmp_path) as world:
        await attached(world, pipe)
        pipe.say(b"nonsense\r\n\r\n")
        await world.eventually(lambda: any("is debugged no longer" in text for text in said(world)))
        assert world.told().phase is Phase.AWAY


async def test_a_plain_server_is_asked_for_nothing_it_cannot(tmp_path: Path) -> None:
    pipe = Scripted()
    async with World.open(tmp_path) as world:
        await attached(world, pipe)
        (process,) = world.told().processes
        assert (process.filters, process.can) == ((), frozenset())
        assert await world.debugging.complete(process.id, "a.b", 3, 1) == ()
