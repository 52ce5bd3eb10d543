"""The line to type an expression into: with a history, and completed by Tab."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from devbox.debug.model import Completion
from devbox.tui.debugger.work import begin
from devbox.tui.text import clean

HISTORY = 500


class Prompt(Input):
    """`complete(text, column)` names what could stand at the 0-based column."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "history(-1)", show=False),
        Binding("down,ctrl+n", "history(1)", show=False),
        Binding("tab", "complete(1)", show=False),
        Binding("shift+tab", "complete(-1)", show=False),
    ]

    class Offered(Message):
        """What could be put there, and which one is (none: there is nothing to choose from)."""

        def __init__(self, labels: tuple[str, ...], at: int) -> None:
            super().__init__()
            self.labels = labels
            self.at = at

    def __init__(
        self, history: tuple[str, ...], complete: Callable[[str, int], Awaitable[tuple[Completion, ...]]], *, id: str
    ) -> None:
        super().__init__(placeholder="an expression or a statement", compact=True, id=id)
        self.history = tuple(clean(line, lines=False) for line in history[-HISTORY:])
        self._complete = complete
        self._at = len(self.history)
        self._draft = ""
        self._offers: tuple[Completion, ...] = ()
        self._offer = -1
        self._base = ""
        self._filled = ""

    def remember(self, text: str) -> None:
        """It was asked: the newest of the history."""
        kept = tuple(one for one in self.history if one != text)
        self.history = (*kept, text)[-HISTORY:]
        self._at = len(self.history)
        self.value = self._draft = ""
        self._forget()

    def action_history(self, step: int) -> None:
        if self._at == len(self.history):
            self._draft = self.value
        self._at = max(0, min(len(self.history), self._at + step))
        self.value = self.history[self._at] if self._at < len(self.history) else self._draft
        self.cursor_position = len(self.value)
        self._forget()

    async def action_complete(self, step: int) -> None:
        if not self.value.strip():
            self.screen.focus_next() if step > 0 else self.screen.focus_previous()
            return
        if self._offers and self.value == self._filled:
            self._fill(self._offer + step)
            return
        text, column = self.value, self.cursor_position
        self._base = text
        begin(self, "complete", self._ask, text, column)

    async def _ask(self, text: str, column: int) -> None:
        found = await self._complete(text, column)
        if text != self.value:
            return
        self._offers = found
        if not found:
            self.post_message(self.Offered((), 0))
            return
        self._fill(0)

    def _fill(self, at: int) -> None:
        """Put an offer into the text as it was typed."""
        at %= len(self._offers)
        self._offer = at
        offer = self._offers[at]
        text = clean(offer.text, lines=False)
        self._filled = self._base[: offer.start] + text + self._base[offer.start + offer.length :]
        self.value = self._filled
        self.cursor_position = offer.start + len(text)
        labels = tuple(clean(one.label, lines=False) for one in self._offers)
        self.post_message(self.Offered(labels if len(labels) > 1 else (), at))

    def watch_value(self, value: str) -> None:
        if self._offers and value != self._filled:
            self._forget()

    def _forget(self) -> None:
        if self._offers:
            self._offers = ()
            self.post_message(self.Offered((), 0))
