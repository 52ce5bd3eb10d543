"""The progress of a plan on stderr: a line for each finished step, and on a terminal live lines for those that run."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from devbox.cli.live import LiveLines
from devbox.cli.output import coloured, printable, style
from devbox.cli.running import Running, brief
from devbox.session.events import Noticed, PlanComputed, StepEnded, StepNoted, StepProgressed, StepStarted
from devbox.session.state import Phase

if TYPE_CHECKING:
    from devbox.plan.plan import Plan
    from devbox.plan.steps import Step
    from devbox.session.events import Event

_MARKS = {
    Phase.DONE: ("✔", "+", ("green",)),
    Phase.FAILED: ("✖", "x", ("red", "bold")),
    Phase.CANCELLED: ("■", "-", ("yellow",)),
}
_SPIN = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_REDRAW = 0.1


class Progress:
    """Takes the events of one operation and draws them; `now` is the clock the events were stamped with,
    `stream` stderr if None."""

    def __init__(self, now: Callable[[], float], stream: TextIO | None = None) -> None:
        stream = stream or sys.stderr
        self._now = now
        self._colour = coloured(stream)
        self._plan: Plan | None = None
        self._texts: dict[str, tuple[str, str]] = {}
        self._steps: dict[str, Step] = {}
        self._running: dict[str, Running] = {}
        self._ended: list[dict[str, Any]] = []
        self._noticed: list[str] = []
        self._earlier = 0
        """Steps that ended before the plan at hand was made."""
        self._stopping = False
        self._lines = LiveLines(stream)
        self._unicode = (stream.encoding or "").lower().replace("-", "") == "utf8"

    def take(self, event: Event) -> None:
        """Show what happened."""
        match event:
            case PlanComputed(plan=plan) if plan is not None:
                self.know(plan)
            case StepStarted(step=step, at=at):
                self._running[step] = Running(started=at)
            case StepNoted(step=step, note=text):
                self._of(step).note = text
            case StepProgressed(step=step, batch=batch):
                for finished in self._of(step).take(batch):
                    if not self._lines.live:
                        self._say(f"  {self._whose(step)}{printable(finished)}")
            case StepEnded(step=step, phase=phase, at=at, error=error):
                self._end(step, phase, at, error)
            case Noticed(text=text, severity=severity):
                self._noticed.append(text)
                self._say(f"{self._style(severity, 'yellow')}: {printable(text)}")
            case _:
                return
        self._draw()

    def know(self, plan: Plan) -> None:
        """The plan whose steps come: their words and causes."""
        from devbox.plan.text import step_text

        if self._plan is None:
            self._noticed += _orphans(plan)
            for warning in (*plan.warnings, *self._noticed):
                self._say(f"{self._style('warning', 'yellow')}: {printable(warning)}")
        self._plan = plan
        self._earlier = len(self._ended)
        self._texts = {node.id: (step_text(node.step), node.step.why) for node in plan.nodes}
        self._steps = {node.id: node.step for node in plan.nodes}

    @contextmanager
    def live(self) -> Iterator[None]:
        """Within, running steps are redrawn in place (on a terminal)."""
        ticking = asyncio.ensure_future(self._tick()) if self._lines.live else None
        try:
            yield
        finally:
            if ticking:
                ticking.cancel()
            self._lines.clear()

    def aside(self, ask: Callable[[Plan], Awaitable[bool]]) -> Callable[[Plan], Awaitable[bool]]:
        """`ask`, with the live lines out of the way."""

        async def asked(plan: Plan) -> bool:
            self._lines.clear()
            return await ask(plan)

        return asked

    def cancelling(self) -> None:
        """The user asked for a clean stop."""
        self._stopping = True
        self._say("Stopping: what runs now is brought to its end, nothing new begins. Ctrl-C again leaves at once.")
        self._draw()

    def close(self) -> None:
        """Leave the terminal as finished lines."""
        self._lines.clear()

    def report(self) -> list[dict[str, Any]]:
        """The steps that ended, as scripts read them."""
        return self._ended

    def noticed(self) -> list[str]:
        """What was remarkable on the way without being a failure."""
        return self._noticed

    def _of(self, step: str) -> Running:
        return self._running.setdefault(step, Running(started=self._now()))

    def _whose(self, step: str) -> str:
        """The image a line of a build or a pull is about, since several may come at once."""
        image = getattr(self._steps.get(step), "image", "")
        return f"{printable(image)}: " if image else ""

    def _end(self, step: str, phase: Phase, at: float, error: str) -> None:
        running = self._running.pop(step, None)
        took = max(0.0, at - running.started) if running else 0.0
        text, why = self._texts.get(step, (step, ""))
        entry = {
            "step": step,
            "text": text,
            "why": why,
            "result": phase.value,
            "seconds": round(took, 3),
            "error": error,
        }
        self._ended.append(entry)
        if phase not in _MARKS:
            return
        fancy, plain, styles = _MARKS[phase]
        cause = self._style(f"  ({printable(why)})", "dim") if why else ""
        mark = self._style(fancy if self._unicode else plain, *styles)
        self._say(f"{mark} {printable(text)}{cause}  {self._style(f'{took:.1f}s', 'dim')}")

    def _style(self, text: str, *styles: str) -> str:
        return style(text, *styles, on=self._colour)

    def _say(self, line: str) -> None:
        self._lines.above(line)

    def _draw(self) -> None:
        if not self._lines.live:
            return
        now = self._now()
        drawn: list[str] = []
        mark = _SPIN[int(time.monotonic() / _REDRAW) % len(_SPIN)] if self._unicode else "*"
        for step, running in self._running.items():
            text = self._texts.get(step, (step, ""))[0]
            detail = f"  {brief(running)}" if brief(running) else ""
            drawn.append(f"{mark} {text}  {now - running.started:.1f}s{detail}")
            drawn += [f"    {line}" for line in running.doing()]
        if self._plan and self._plan.nodes:
            rest = len(self._plan.nodes) + self._earlier - len(self._ended)
            state = "stopping" if self._stopping else f"{rest} of {len(self._plan.nodes)} steps to go"
            drawn.append(f"  {state}")
        self._lines.draw([printable(line) for line in drawn])

    async def _tick(self) -> None:
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(_REDRAW)
                self._draw()


def _orphans(plan: Plan) -> list[str]:
    """The containers that stay though the files have no such service."""
    gone = {getattr(node.step, "name", "") for node in plan.nodes}
    stay = ", ".join(name for name in plan.orphans if name not in gone)
    return [f"orphans stay: {stay} (the files have no such service; `--remove-orphans` removes them)"] if stay else []
