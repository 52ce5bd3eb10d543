"""What stands above everything while something is wrong: the engine is away, or the files do not load."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from devbox.session.state import Lost, State
from devbox.tui.text import clean

Line = tuple[str, str, str]
_LINES = 3
_NARROW = 40


def lines(state: State, now: float, retry: str, problems: str) -> list[Line]:
    """(text, what always stays at its right end, tone) of each; `retry` and `problems` are the keys to name."""
    found: list[Line] = []
    if isinstance(state.connection, Lost):
        lost = state.connection
        left = max(0, round(lost.retry_at - now))
        again = f"asking again in {left}s" if left else "asking again"
        hint = f" {clean(lost.hint, lines=False)}" if lost.hint else ""
        stale = " What you see is from before." if any(row.containers for row in state.rows) else ""
        found.append((f"✗ {clean(lost.reason, lines=False)}{hint}{stale}", f"{again}, {retry} now", "error"))
    if state.problems:
        first = state.problems[0]
        where = f"{first.place}: " if first.place else ""
        count = f"{len(state.problems)} problems in the files" if len(state.problems) > 1 else "The files do not load"
        kept = "; showing what loaded last" if state.project else ""
        text = clean(f"{where}{first.message}", lines=False)
        found.append((f"✗ {count}{kept}: {text}", f"{problems} problems", "warning"))
    return found


class Banner(Widget):
    """Takes no room while nothing is wrong; counts down once a second while the engine is away."""

    state: reactive[State | None] = reactive(None, repaint=False)

    def __init__(self, now: Callable[[], float], *, retry: str, problems: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._keys = (retry, problems)
        self._shown: list[Line] = []

    def on_mount(self) -> None:
        self._clock = self.set_interval(1, self.update_lines, pause=True)

    def watch_state(self) -> None:
        self.update_lines()

    def update_lines(self) -> None:
        """Bring the text to the state and the time of now."""
        if self.state is None or not self.is_mounted:
            return
        shown = lines(self.state, self._now(), *self._keys)
        if isinstance(self.state.connection, Lost):
            self._clock.resume()
        else:
            self._clock.pause()
        if shown != self._shown:
            self._shown = shown
            self.set_class(bool(shown), "-shown")
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._content(width))

    def render(self) -> Content:
        return Content("\n").join(self._content(self.size.width))

    def _content(self, width: int) -> list[Content]:
        return [line for shown in self._shown for line in _wrapped(*shown, width)]

    def on_click(self) -> None:
        lost = self.state is not None and isinstance(self.state.connection, Lost)
        self.app.call_later(self.app.run_action, f"run('{'retry' if lost else 'problems'}')")


def _wrapped(text: str, right: str, tone: str, width: int) -> list[Content]:
    """The text in at most three lines, with `right` at the end of the first; where that is narrow, below them."""
    beside = width - len(right) - 4
    room = beside if beside >= _NARROW else width
    lines = Content.styled(text, f"$text-{tone}").wrap(max(room - 1, 1))
    if len(lines) > _LINES:
        kept = Content(" ").join(line.rstrip() for line in lines[_LINES - 1 :])
        lines = [*lines[: _LINES - 1], kept.truncate(max(room - 1, 1), ellipsis=True)]
    lines = [Content.assemble(" ", line) for line in lines]
    end = Content.styled(right, f"bold $text-{tone}")
    if room == beside:
        lines[0] = Content.assemble(lines[0], " " * (room - lines[0].cell_length + 3), end)
    else:
        lines.append(Content.assemble(" ", end))
    return lines
