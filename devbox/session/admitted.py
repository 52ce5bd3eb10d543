"""An editor that debugs a service: its session with the first process, and all that it attaches to besides."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from devbox.debug.relayed import OWN, Message, announcement, answer, child, refusal
from devbox.errors import DevboxError
from devbox.ports import Pipe
from devbox.session.editor import Editor
from devbox.session.heard import Happened, Heard
from devbox.session.reached import Doorway, Reached
from devbox.session.relay import Joined, Relay, farewell, join

_PATIENCE = 15.0
"""Seconds in which a process that has just ended may come back before what fails is told."""
_PAUSE = 0.3
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Admitted:
    """`run` is the editor's own connection, whose place is taken while it waits for the service too; `further` are the
    others that come meanwhile. `gone`: it ended since the process did."""

    service: str
    editor: Editor
    initialize: Message
    address: tuple[str, int]
    doorway: Doorway
    tell: Callable[[Heard], None]
    gone: bool = False
    _first: Relay | None = None
    _capabilities: asyncio.Future[Message] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _children: dict[int | str, tuple[Reached, bool]] = field(default_factory=dict)
    """By the number that the editor knows a process by: its debug server, and whether it is that server's own."""
    _relays: dict[asyncio.Task[None], Reached] = field(default_factory=dict)
    _opened: list[Pipe] = field(default_factory=list)
    """Of the first process: what is opened as the editor leaves is closed too."""
    _again: set[asyncio.Task[None]] = field(default_factory=set)
    _count: int = 0

    @property
    def over(self) -> bool:
        """Whether it is about to end."""
        return self.editor.left.is_set() or (self._first is not None and self._first.gone)

    async def run(self, *, gone_at: float) -> None:
        """`gone_at`: when a process of the service was last seen to end (time.monotonic())."""
        editor = self.editor
        self._say(Happened.CAME, editor)
        try:
            found = await unless_left(editor, self._joined(gone_at))
            if found is not None:
                await self._debug(*found)
                return
            await farewell(editor)
            self._say(Happened.LEFT, editor, text=editor.error)
        except DevboxError as error:
            self._say(Happened.REFUSED, editor, text=error.message)
            await editor.send(refusal(self.initialize, str(error)))
            await farewell(editor)
        finally:
            self._capabilities.cancel()
            for task in (*self._relays, *self._again):
                if not task.cancelling():  # a second time would break off its cleaning up
                    task.cancel()
            for pipe in self._opened:
                await pipe.close()

    async def further(self, editor: Editor, initialize: Message) -> None:
        """Another connection: to a process that was announced, or of somebody who finds the place taken."""
        capabilities = await unless_left(editor, asyncio.shield(self._capabilities))
        if capabilities is None:
            return
        await editor.send(answer(initialize, capabilities))
        while (message := await editor.next()) is not None and message.get("command") not in ("attach", "launch"):
            await editor.send(answer(message))
        if message is None:
            return
        number = child(message)
        if number in self._children:
            reached, own = self._children[number]
            if not own:
                reached = replace(reached, name=f"{reached.name}, its child {number}")
            await self._attach(editor, initialize, message, reached, own)
            return
        text = f"The process {number} is gone."
        if number is None:
            text = f"{self.service} is debugged by {self.editor.name} already; devbox lets in one editor at a time."
            self._say(Happened.REFUSED, editor, text=text)
        await editor.send(refusal(message, text))
        await farewell(editor)

    async def _joined(self, gone_at: float) -> tuple[tuple[Reached, ...], Joined]:
        """Once the service runs; what has just ended may need a while to come back."""
        while True:
            patient = time.monotonic() - gone_at < _PATIENCE
            reached = await self.doorway.arrive(patient=patient)
            try:
                joined = await join(reached[0], self.initialize)
                self._opened.append(joined.pipe)
                return reached, joined
            except DevboxError:
                if not patient:
                    raise
            await asyncio.sleep(_PAUSE)

    async def _debug(self, reached: tuple[Reached, ...], joined: Joined) -> None:
        async def attached() -> None:
            self._say(Happened.ATTACHED, self.editor, reached[0])
            await self._announce(reached[1:])

        relay = self._first = self._relay(self.editor, reached[0], joined, attached, first=True)
        body = joined.response.get("body")
        self._capabilities.set_result(body if isinstance(body, dict) else {})
        await self.editor.send(joined.response)
        await relay.run()
        self.gone = relay.gone
        self._ended(relay, "is told to attach again")

    async def _announce(self, reached: tuple[Reached, ...]) -> None:
        """Other processes of the service, which the editor takes for children of the first."""
        assert self._first is not None
        arguments = self.initialize.get("arguments")
        asks = isinstance(arguments, dict) and arguments.get("supportsStartDebuggingRequest") is True
        for one in reached:
            self._count += 1
            number = OWN + self._count
            self._children[number] = one, True
            await self.editor.send(announcement(number, one.name, self._first.attach, *self.address, asks=asks))

    async def _attach(self, editor: Editor, initialize: Message, attach: Message, reached: Reached, own: bool) -> None:
        async def attached() -> None:
            self._say(Happened.ATTACHED, editor, reached)

        task = asyncio.current_task()
        assert task is not None
        self._relays[task] = reached
        try:
            joined = await join(reached, initialize)
            relay = self._relay(editor, reached, joined, attached, own=own)
            await relay.run([attach])
        except DevboxError as error:
            await editor.send(refusal(attach, str(error)))
            await farewell(editor)
            return
        finally:
            del self._relays[task]
        self._ended(relay, "hears of it when it is back" if own else "is told")
        if relay.gone and own:
            again = asyncio.create_task(self._offer_again())
            self._again.add(again)
            again.add_done_callback(self._again.discard)

    async def _offer_again(self) -> None:
        """A container of several has ended: it is announced once more when it is back."""
        first = (self._first.reached,) if self._first else ()
        live = frozenset(one.container for one in (*first, *self._relays.values()))
        try:
            await self._announce(await self.doorway.arrive(patient=True, but=live))
        except DevboxError:
            return

    def _relay(
        self,
        editor: Editor,
        reached: Reached,
        joined: Joined,
        attached: Callable[[], Awaitable[None]],
        *,
        first: bool = False,
        own: bool = False,
    ) -> Relay:
        def heard_of(number: int | str) -> None:
            self._children[number] = reached, False

        return Relay(
            editor=editor,
            reached=reached,
            joined=joined,
            address=self.address,
            first=first,
            own=own,
            heard_of=heard_of,
            attached=attached,
        )

    def _ended(self, relay: Relay, told: str) -> None:
        """`told`: what becomes of the editor where the process is gone."""
        editor = relay.editor
        if relay.gone:
            self._say(Happened.AWAY, editor, relay.reached, told)
        else:
            self._say(Happened.LEFT, editor, relay.reached, editor.error)

    def _say(self, what: Happened, editor: Editor, reached: Reached | None = None, text: str = "") -> None:
        container = reached.name if reached else ""
        self.tell(Heard(service=self.service, what=what, editor=editor.name, container=container, text=text))


async def unless_left(editor: Editor, work: Awaitable[T]) -> T | None:
    """What the work gives; None once the editor has left."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(editor.left.wait())
    try:
        await asyncio.wait([working, leaving], return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.wait([working, leaving])
