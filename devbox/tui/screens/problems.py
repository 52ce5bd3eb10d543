"""Why the files do not load: each problem with its place, its cause and what to do."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from devbox.errors import Problem
from devbox.tui.screens.dialog import Dialog, Page
from devbox.tui.text import clean


def text(problems: tuple[Problem, ...]) -> Content:
    """The problems, numbered."""
    spans: list[tuple[str, str]] = []
    for number, problem in enumerate(problems, 1):
        spans.append((f"\n✗ {number}. {clean(problem.message)}\n", "bold $text-error"))
        if problem.place:
            spans.append((f"   {clean(str(problem.place), lines=False)}\n", "$primary"))
        if problem.path:
            spans.append((f"   at {clean(problem.path, lines=False)}\n", "$foreground-muted"))
        if problem.hint:
            spans.append((f"   → {clean(problem.hint)}\n", "$text"))
    return Content.assemble(*spans)


class Problems(Dialog[None]):
    """Scrolls through `text`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self._problems = problems

    def compose(self) -> ComposeResult:
        with Page("Problems in the files", subtitle="edit and press F5 to read them again · Esc close"):
            yield Static(text(self._problems))
