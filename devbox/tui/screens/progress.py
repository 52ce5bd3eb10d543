"""An operation step by step, with what builds and pulls say, live."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from devbox.session.state import Operation, Phase, State, StepState
from devbox.tui import amounts
from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.status import PHASES
from devbox.tui.text import clean, plain

TONES = {Phase.DONE: "$text-success", Phase.RUNNING: "$text-warning", Phase.FAILED: "bold $text-error"}


def text(operation: Operation, now: float) -> Content:
    """The steps in plan order; what fails says why below it."""
    spans: list[tuple[str, str]] = []
    for step in operation.steps.values():
        spans += _step(step, now)
    if operation.error:
        spans.append((f"\n✗ {clean(operation.error)}\n", "bold $text-error"))
    if operation.hint:
        spans.append((f"→ {clean(operation.hint)}\n", "$text"))
    if not spans:
        spans.append(("There was nothing to do.", "$foreground-muted"))
    return Content.assemble("\n", *spans)


def _step(step: StepState, now: float) -> list[tuple[str, str]]:
    status = PHASES[step.phase]
    tone = TONES.get(step.phase, "$foreground-muted")
    time = amounts.took((step.ended or now) - step.started) if step.started else ""
    spans = [(f"{status.symbol} {status.word:<10}", tone), (f"{time:>7}  ", "$foreground-muted")]
    spans.append((clean(step.id, lines=False), "$text" if step.phase is not Phase.PENDING else "$foreground-muted"))
    if step.note:
        spans.append((f"  {clean(step.note, lines=False)}", "$foreground-muted"))
    spans.append(("\n", ""))
    if step.error:
        spans.append((f"{'':21}{clean(step.error)}\n", "$text-error"))
    if step.phase in (Phase.RUNNING, Phase.FAILED):
        for item in step.progress.values():
            mark = "✗" if item.error else "✓" if item.done else "◐"
            share = (
                f" {amounts.size(item.current)} of {amounts.size(item.total)}" if item.total and not item.done else ""
            )
            what = " ".join(part for part in (item.item, item.status) if part)
            spans.append((f"{'':21}{mark} {clean(what, lines=False)}{share}\n", "$foreground-muted"))
            if said := item.error or (item.log if not item.done else ""):
                spans.append((f"{'':23}{clean(said, lines=False)}\n", "$text-error" if item.error else "$text"))
    return spans


class ProgressView(Dialog[None]):
    """Follows the operation of that id; x cancels it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "cancel", "cancel", show=False)]

    def __init__(
        self, operation: int, state: Callable[[], State], now: Callable[[], float], cancel: Callable[[int], None]
    ):
        super().__init__()
        self._operation = operation
        self._state = state
        self._now = now
        self._cancel = cancel

    def compose(self) -> ComposeResult:
        with Page("", subtitle="x cancel · Esc close"):
            yield Static()

    def on_mount(self) -> None:
        self.set_interval(0.25, self._update)
        self._update()

    def _update(self) -> None:
        operation = next((o for o in self._state().operations if o.id == self._operation), None)
        if operation is None:
            return
        status, now = PHASES[operation.phase], self._now()
        time = amounts.took((operation.ended or now) - operation.started)
        page = self.query_one(Page)
        page.border_title = plain(f"{status.symbol} {operation.title}: {status.word}, {time}", lines=False)
        self.query_one(Static).update(text(operation, now))

    def action_cancel(self) -> None:
        self._cancel(self._operation)
