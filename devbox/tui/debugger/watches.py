"""Expressions that are evaluated at every stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from devbox.debug.model import Frame, Variable
from devbox.errors import DevboxError
from devbox.tui.debugger.asks import Debugging
from devbox.tui.debugger.node import Node
from devbox.tui.debugger.outline import Outline
from devbox.tui.debugger.panel import Panel
from devbox.tui.debugger.values import Held, Values

_PATIENCE = 3
"""Seconds that a watch may take: the next ones wait for it."""
_MOST = 100


class WatchesPanel(Panel):
    """Keeps them between runs; one that fails says why."""

    def __init__(self, debugging: Debugging, first: Callable[[], Awaitable[None]], *, id: str) -> None:
        """`first` is waited for before they are evaluated."""
        super().__init__("Watches", empty="None yet.", id=id)
        self._debugging = debugging
        self._first = first
        self.values = Values(debugging.variables, self.draw)
        self.expressions: tuple[str, ...] = tuple(debugging.kept("watches"))
        self._found: dict[str, Variable | str] = {}
        self._about: tuple[int, int, float] | None = None
        self._turn = 0
        """Which evaluation of them all is wanted: an older one ends after the expression that it is at."""
        self._evaluating = asyncio.Lock()

    def on_mount(self) -> None:
        self.draw()

    def stand(self, process: int, frame: Frame | None, at: float) -> None:
        """The frame in front; None: there is none."""
        about = (process, frame.id, at) if frame else None
        if about == self._about:
            return
        self._about = about
        if about is None:
            self.outline.stale = True
            return
        self.values.forget(compare=True)
        self.again()

    def again(self) -> None:
        """Evaluate them all."""
        if self._about is not None:
            self.run_worker(self._evaluate(self._about), group="watches")

    async def rest(self) -> None:
        """Evaluate no more, and wait for the one under way: no thread goes on before it ends."""
        self._turn += 1
        async with self._evaluating:
            return

    def add(self, expression: str) -> None:
        """Another one, or one that there is already, to be evaluated now."""
        if expression.strip() and expression not in self.expressions:
            self._keep((*self.expressions, expression)[-_MOST:])
            self.again()

    def change(self, old: str, new: str) -> None:
        """`new` in its place; "" drops it."""
        kept = dict.fromkeys(new if one == old else one for one in self.expressions)
        self._keep(tuple(one for one in kept if one.strip()))
        self.again()

    def _keep(self, expressions: tuple[str, ...]) -> None:
        self.expressions = expressions
        self._debugging.keep("watches", expressions)
        self.draw()

    async def _evaluate(self, about: tuple[int, int, float]) -> None:
        self._turn += 1
        turn = self._turn
        await self._first()
        async with self._evaluating:
            for expression in self.expressions:
                if turn != self._turn or about != self._about:
                    return
                self._found[expression] = await self._asked(about, expression)
        if about == self._about:
            self.outline.stale = False
            self.draw()

    async def _asked(self, about: tuple[int, int, float], expression: str) -> Variable | str:
        """What it is, or why it is nothing."""
        process, frame, _ = about
        try:
            return await self._debugging.evaluate(process, expression, frame=frame, context="watch", timeout=_PATIENCE)
        except DevboxError as error:
            return error.message
        except TimeoutError:
            return f"no answer within {_PATIENCE} s"

    def draw(self) -> None:
        """Show what is known now."""
        self.outline.show(tuple(self._node(expression) for expression in self.expressions))

    def _node(self, expression: str) -> Node:
        found = self._found.get(expression)
        key = f"watch {expression}"
        if found is None or self._about is None:
            return Node(key=key, spans=((expression, "name"), ("  at the next stop", "quiet")), of=expression)
        if isinstance(found, str):
            return Node(key=key, spans=((expression, "name"), (f"  {found}", "bad")), of=expression)
        held = Held(variable=found, process=self._about[0], frame=self._about[1])
        return self.values.node(key, held, name=expression)

    def expression(self, node: Node | None) -> str:
        """The watch that a node belongs to, if it is one itself."""
        key = node.key if node else ""
        return next((one for one in self.expressions if key == f"watch {one}"), "")

    def on_outline_opened(self, event: Outline.Opened) -> None:
        event.stop()
        self.run_worker(self.values.load(event.node))
