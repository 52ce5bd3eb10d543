"""The variables of the frame in front: a tree, read as far as it is opened."""

from __future__ import annotations

import asyncio

from devbox.debug.model import Frame, Scope, Variable
from devbox.errors import DevboxError
from devbox.tui.debugger.asks import Debugging
from devbox.tui.debugger.node import Node
from devbox.tui.debugger.outline import Outline
from devbox.tui.debugger.panel import Panel
from devbox.tui.debugger.values import Held, Values
from devbox.tui.debugger.work import begin


class VariablesPanel(Panel):
    """Shows the scopes of one frame; what it shows stays, in a quiet voice, while the thread runs."""

    def __init__(self, debugging: Debugging, *, id: str) -> None:
        super().__init__("Variables", empty="No frame stands.", id=id)
        self._debugging = debugging
        self.values = Values(debugging.variables, self.draw)
        self._about: tuple[int, int, int, float] | None = None
        self._named: tuple[int, int, str] | None = None
        self._scopes: tuple[Scope, ...] = ()
        self._error = ""
        self._read_all = asyncio.Event()
        self._read_all.set()

    async def read(self) -> None:
        """Wait until what is in sight was read: a debug server answers one question after the other."""
        await self._read_all.wait()

    def stand(self, process: int, thread: int, frame: Frame | None, at: float) -> None:
        """The frame in front, and when its thread stopped; None: there is none."""
        if frame is None:
            self.outline.stale = self._named is not None
            self._about = None
            self._read_all.set()
            return
        about = (process, thread, frame.id, at)
        if about == self._about:
            return
        named = (process, thread, frame.name)
        self.values.forget(compare=named == self._named)
        self._about, self._named = about, named
        self._read_all.clear()
        begin(self, "scopes", self._read, about)

    def again(self) -> None:
        """Something may have changed them: read them anew."""
        about = self._about
        if about is not None:
            self.values.forget(compare=True)
            begin(self, "scopes", self._read, about)

    async def _read(self, about: tuple[int, int, int, float]) -> None:
        try:
            scopes, error = await self._debugging.scopes(about[0], about[2]), ""
        except DevboxError as failure:
            scopes, error = (), failure.message
        except TimeoutError:
            scopes, error = (), "it did not answer in time"
        if about == self._about:
            self._scopes, self._error = scopes, error
            # The first scope is opened anyway: its variables come with it, in one painting.
            begins = [n for n in self._roots() if n.children is None and self.outline.is_open(n)]
            for node in begins:
                await self.values.load(node)
            self.outline.stale = False
            self.draw()
            self._read_all.set()

    def draw(self) -> None:
        """Show what is known now."""
        if self._about is not None:
            self.outline.show(self._roots())

    def _roots(self) -> tuple[Node, ...]:
        if self._error:
            return (Node(key="!", spans=((self._error, "bad"),)),)
        assert self._about is not None
        process, _, frame, _ = self._about
        nodes = []
        for at, scope in enumerate(self._scopes):
            whole = Variable(name=scope.name, value="", reference=scope.reference, count=scope.count, settable=False)
            held = Held(variable=whole, process=process, frame=frame)
            nodes.append(self.values.node(scope.name, held, begins=at == 0 and not scope.expensive))
        return tuple(nodes)

    def on_outline_opened(self, event: Outline.Opened) -> None:
        event.stop()
        self.run_worker(self.values.load(event.node))
