"""What devbox is doing for the user right now: steps done, what it waits for, how long; and how the last one failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from devbox.session.state import Operation, Phase, State, StepState
from devbox.tui import amounts
from devbox.tui.status import PHASES
from devbox.tui.text import clean

BAR = 16
LINGER = 4.0
"""Seconds a good end stays."""


def visible(operations: Sequence[Operation], now: float, dismissed: frozenset[int]) -> list[Operation]:
    """Those that run, those that ended just now, and failures until they are put away or something newer begins."""
    shown = []
    for position, operation in enumerate(operations):
        newest = position == len(operations) - 1
        fresh = operation.ended and now - operation.ended < LINGER
        failed = operation.phase in (Phase.FAILED, Phase.CANCELLED) and newest
        if operation.id not in dismissed and (operation.phase is Phase.RUNNING or fresh or failed):
            shown.append(operation)
    return shown[-3:]


def activity(steps: Sequence[StepState]) -> str:
    """What the running steps are at: the first with a note, else the first; how many more."""
    running = [step for step in steps if step.phase is Phase.RUNNING]
    if not running:
        return ""
    told = next((step for step in running if step.note or step.progress), running[0])
    more = f" +{len(running) - 1}" if len(running) > 1 else ""
    return f"{told.id}{': ' if detail(told) else ''}{detail(told)}{more}"


def detail(step: StepState) -> str:
    """A step's note, or how far its pull or build is."""
    if not step.progress:
        return step.note
    open_items = [item for item in step.progress.values() if not item.done]
    current = sum(item.current for item in open_items)
    total = sum(item.total for item in open_items)
    done = sum(item.done for item in step.progress.values())
    share = f" {amounts.size(current)} of {amounts.size(total)}" if total else ""
    status = open_items[-1].status or open_items[-1].item if open_items else "finishing"
    return f"{done}/{len(step.progress)} {status}{share}"


def line(operation: Operation, now: float, keys: tuple[str, str], width: int) -> Content:
    """One operation on one line; `keys` are those for cancel and progress."""
    cancel, progress = keys
    status = PHASES[operation.phase]
    steps = list(operation.steps.values())
    done = sum(step.phase not in (Phase.PENDING, Phase.RUNNING) for step in steps)
    time = amounts.took((operation.ended or now) - operation.started)
    tone = {"good": "$text-success", "busy": "$text-warning", "bad": "$text-error"}.get(
        status.tone.value, "$foreground-muted"
    )
    head: list[tuple[str, str]] = [(f" {status.symbol} ", tone), (clean(operation.title, lines=False), "bold")]
    if operation.phase is not Phase.RUNNING:
        said = f" {status.word} in {time}"
        head.append((said, tone))
        if operation.error:
            hint = f" {operation.hint}" if operation.hint else ""
            head.append((f"  {clean(operation.error + hint, lines=False)}", "$text"))
        tail = f"  {progress} steps  {cancel} put away " if operation.phase is not Phase.DONE else " "
    else:
        if steps:
            full = round(BAR * done / len(steps))
            head += [("  ", ""), ("━" * full, "$primary"), ("─" * (BAR - full), "$foreground-disabled")]
            head.append((f" {done}/{len(steps)}", "$foreground-muted"))
        doing = "stopping at the end of this step" if operation.cancelling else activity(steps)
        head.append((f"  {clean(doing, lines=False)}", "$text"))
        tail = f"  {time}  {progress} steps  {cancel} cancel "
    left = Content.assemble(*head).truncate(max(width - len(tail), 8), ellipsis=True)
    return Content.assemble(left, " " * max(width - left.cell_length - len(tail), 0), (tail, "$foreground-muted"))


class OperationsPanel(Widget):
    """A line for each operation that is worth one; takes no room, and no time, otherwise."""

    state: reactive[State | None] = reactive(None, repaint=False)

    def __init__(self, now: Callable[[], float], *, cancel: str, progress: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._keys = (cancel, progress)
        self._dismissed: frozenset[int] = frozenset()
        self._shown: list[Operation] = []

    def on_mount(self) -> None:
        self._clock = self.set_interval(0.5, self.update_lines, pause=True)

    def watch_state(self) -> None:
        self.update_lines()

    def update_lines(self) -> None:
        """Bring the lines to the state and the time of now."""
        if self.state is None or not self.is_mounted:
            return
        before = len(self._shown)
        self._shown = visible(self.state.operations, self._now(), self._dismissed)
        if self._shown:
            self._clock.resume()
        else:
            self._clock.pause()
        if self._shown or before:
            self.set_class(bool(self._shown), "-shown")
            self.refresh(layout=before != len(self._shown))

    def dismiss(self) -> None:
        """Put away what has ended."""
        self._dismissed |= {operation.id for operation in self._shown if operation.phase is not Phase.RUNNING}
        self.update_lines()

    def render(self) -> Content:
        now = self._now()
        return Content("\n").join(line(operation, now, self._keys, self.size.width) for operation in self._shown)

    def on_click(self) -> None:
        self.app.call_later(self.app.run_action, "run('progress')")
