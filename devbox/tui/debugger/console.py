"""Expressions asked and answered, and what the debuggees said."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from devbox.debug.model import Completion, Printed, Variable
from devbox.errors import DevboxError
from devbox.tui.debugger.asks import Debugging
from devbox.tui.debugger.node import Node
from devbox.tui.debugger.outline import Outline
from devbox.tui.debugger.panel import Panel
from devbox.tui.debugger.prompt import Prompt
from devbox.tui.debugger.values import Held, Values
from devbox.tui.text import clean

_KEPT = 1_000
"""Rows."""
_PATIENCE = 3_600.0
"""Seconds: the user sees that it does not answer, and cancels."""
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TONES = {"stderr": "bad", "important": "busy"}


class Console(Panel):
    """One expression at a time; while it is not answered it can be cancelled."""

    DEFAULT_CSS = """
    Console > .line { height: 1; background: $surface; }
    Console > .line > .sign { width: 3; color: $text-primary; text-style: bold; padding: 0 1; }
    Console > .line > Input { width: 1fr; background: $surface; }
    Console > .line > .wait { width: auto; color: $text-warning; display: none; }
    Console > .offers { height: auto; max-height: 3; background: $panel; padding: 0 1; display: none; }
    """

    class Busy(Message):
        """Whether it waits for an answer changed, or one came, which may have changed values."""

    def __init__(self, debugging: Debugging, *, id: str) -> None:
        super().__init__("Console", empty="Expressions are evaluated in the frame in front.", id=id)
        self._debugging = debugging
        self.values = Values(debugging.variables, self.draw)
        self.prompt = Prompt(tuple(debugging.kept("console")), self._complete, id="prompt")
        self._rows: list[Node | tuple[str, Held]] = []
        self._number = 0
        self._printed: Printed | None = None
        self._process = self._frame = 0
        self._since = 0.0
        self.asked = ""
        """What is not answered yet."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Static("", classes="offers", markup=False)
        with Horizontal(classes="line"):
            yield Static("›", classes="sign", markup=False)
            yield self.prompt
            yield Static("", classes="wait", markup=False)

    def on_mount(self) -> None:
        self._spinning = self.set_interval(0.1, self._show_wait, pause=True)

    def stand(self, process: int, frame: int) -> None:
        """Where expressions are evaluated (frame 0: globally)."""
        self._process, self._frame = process, frame

    # What debuggees say

    def printed(self, printed: tuple[Printed, ...], several: bool) -> None:
        """All they said; what is new is added. `several` services: each line tells whose it is."""
        at = next((n for n in range(len(printed), 0, -1) if printed[n - 1] is self._printed), 0)
        for one in printed[at:]:
            tone = _TONES.get(one.category, "plain")
            for line in clean(one.text).rstrip("\n").split("\n"):
                head = ((f"{one.service} ", "accent"),) if several else ()
                self._add(Node(key=self._key(), spans=(*head, (line, tone))))
        if printed[at:]:
            self._printed = printed[-1]
            self.draw(to_end=True)

    def say(self, text: str, tone: str = "quiet") -> None:
        """A line of devbox's own."""
        self._add(Node(key=self._key(), spans=((text, tone),)))
        self.draw(to_end=True)

    # What is asked

    async def _complete(self, text: str, column: int) -> tuple[Completion, ...]:
        if not self._process:
            return ()
        try:
            return await self._debugging.complete(self._process, text, column, self._frame)
        except (DevboxError, TimeoutError):
            return ()  # there is nothing to offer; Enter will say why

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if not text:
            return
        if self.asked:
            self.app.notify("The last expression is not answered yet; Esc cancels it.", markup=False)
            return
        self.prompt.remember(text)
        self._debugging.keep("console", self.prompt.history)
        self._add(Node(key=self._key(), spans=(("› ", "accent"), (text, "strong"))))
        if not self._process:
            self.say("Nothing is debugged here.", "bad")
            return
        self.asked, self._since = text, time.monotonic()
        self._spinning.resume()
        self.draw(to_end=True)
        self.post_message(self.Busy())
        self.run_worker(self._evaluate(text), group="evaluate", exclusive=True)

    async def _evaluate(self, text: str) -> None:
        process, frame = self._process, self._frame
        try:
            found = await self._debugging.evaluate(process, text, frame=frame, context="repl", timeout=_PATIENCE)
            self._answer(found, process, frame)
        except DevboxError as error:
            self._refuse(error.message)
        except TimeoutError:
            self._refuse("it did not answer in time")
        finally:
            self.asked = ""
            if self.is_attached:
                self._spinning.pause()
                self._show_wait()
                self.post_message(self.Busy())

    def _answer(self, found: Variable, process: int, frame: int) -> None:
        if found.value or found.reference:
            variable = Variable(
                name="", value=found.value, type=found.type, reference=found.reference, count=found.count
            )
            self._add((self._key(), Held(variable=variable, process=process, frame=frame)))
        self.draw(to_end=True)

    def _refuse(self, text: str) -> None:
        for line in clean(text).strip("\n").split("\n"):
            self._add(Node(key=self._key(), spans=((line, "bad"),)))
        self.draw(to_end=True)

    def cancel(self) -> bool:
        """Wait no longer for the answer; whether one was waited for."""
        if not self.asked:
            return False
        self.workers.cancel_group(self, "evaluate")
        self._refuse("cancelled")
        return True

    # What is shown

    def _key(self) -> str:
        self._number += 1
        return f"said {self._number}"

    def _add(self, node: Node | tuple[str, Held]) -> None:
        self._rows.append(node)
        del self._rows[:-_KEPT]

    def draw(self, *, to_end: bool = False) -> None:
        """Show what is known now."""
        nodes = [node if isinstance(node, Node) else self.values.node(*node) for node in self._rows]
        self.outline.show(tuple(nodes))
        if to_end:
            self.outline.go_to_end()

    def _show_wait(self) -> None:
        sign, wait = self.query_one(".sign", Static), self.query_one(".wait", Static)
        if not self.asked:
            sign.update("›", layout=False)
            wait.display = False
            return
        waited = time.monotonic() - self._since
        sign.update(_SPINNER[int(waited * 10) % len(_SPINNER)], layout=False)
        if waited > 1:
            wait.display = True
            wait.update(f"no answer for {waited:.0f} s; Esc cancels ")

    def on_prompt_offered(self, event: Prompt.Offered) -> None:
        event.stop()
        line = self.query_one(".offers", Static)
        line.display = bool(event.labels)
        if event.labels:
            first = max(0, event.at - 8)
            parts = [
                Content.styled(label, "bold $text-primary" if number == event.at else "$foreground 75%")
                for number, label in enumerate(event.labels[first : first + 40], first)
            ]
            line.update(Content("  ").join(parts))

    def on_outline_opened(self, event: Outline.Opened) -> None:
        event.stop()
        self.run_worker(self.values.load(event.node))
