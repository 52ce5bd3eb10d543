"""What stands above everything while something is wrong or to be decided: the engine is away, the files do not load, or
were saved and ask for something."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from devbox.plan.brief import brief
from devbox.record import dataclass
from devbox.session.state import Lost, Offer, Phase, State
from devbox.tui.text import clean

Line = tuple[str, str, str]
_LINES = 3
_NARROW = 40


_FILES = 3
"""Files that are named of those that were saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerKeys:
    """The keys that are named for what can be done about it."""

    retry: str
    problems: str
    up: str
    plan: str
    decline: str
    reload: str

    @classmethod
    def of(cls, first: Callable[[str], str]) -> BannerKeys:
        """`first` tells the key of an action by its id."""
        return cls(
            retry=first("retry"),
            problems=first("problems"),
            up=first("up"),
            plan=first("tab_plan"),
            decline=first("cancel"),
            reload=first("reload"),
        )


def lines(state: State, now: float, keys: BannerKeys) -> list[Line]:
    """(text, what always stays at its right end, tone) of each."""
    found: list[Line] = []
    if isinstance(state.connection, Lost):
        lost = state.connection
        left = max(0, round(lost.retry_at - now))
        again = f"asking again in {left}s" if left else "asking again"
        hint = f" {clean(lost.hint, lines=False)}" if lost.hint else ""
        stale = " What you see is from before." if any(row.containers for row in state.rows) else ""
        found.append((f"✗ {clean(lost.reason, lines=False)}{hint}{stale}", f"{again}, {keys.retry} now", "error"))
    if state.problems:
        first = state.problems[0]
        where = f"{first.place}: " if first.place else ""
        count = f"{len(state.problems)} problems in the files" if len(state.problems) > 1 else "The files do not load"
        kept = "; showing what loaded last" if state.project else ""
        text = clean(f"{where}{first.message}", lines=False)
        found.append((f"✗ {count}{kept}: {text}", f"{keys.problems} problems", "warning"))
    if state.offer is not None:
        found += _offered(state, state.offer, keys)
    return found


def _offered(state: State, offer: Offer, keys: BannerKeys) -> list[Line]:
    """Nothing before there is a plan, and while something is done already."""
    more = len(offer.files) - _FILES
    said = ", ".join(offer.files[:_FILES]) + (f" and {more} more" if more > 0 else "")
    changed = f"✎ {clean(said or 'The files', lines=False)} changed: "
    if offer.project:
        here = state.project.name if state.project else ""
        text = f"the project is called {offer.project} now; {here} is left as it is"
        if offer.project == here:
            text = "it belongs on another engine now; what runs here is left as it is"
        return [(changed + clean(text, lines=False), f"{keys.reload} open it, {keys.decline} later", "primary")]
    if state.plan is None or any(one.phase is Phase.RUNNING for one in state.operations):
        return []
    if state.plan.problems:
        text = f"it cannot be applied: {state.plan.problems[0]}"
        return [(changed + clean(text, lines=False), f"{keys.plan} plan, {keys.decline} later", "warning")]
    text = clean(brief(state.plan), lines=False)
    return [(changed + text, f"{keys.up} apply, {keys.plan} plan, {keys.decline} later", "primary")]


class Banner(Widget):
    """Takes no room while there is nothing to say; counts down once a second while the engine is away."""

    state: reactive[State | None] = reactive(None, repaint=False)

    def __init__(self, now: Callable[[], float], keys: BannerKeys, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._keys = keys
        self._shown: list[Line] = []

    def on_mount(self) -> None:
        self._clock = self.set_interval(1, self.update_lines, pause=True)

    def watch_state(self) -> None:
        self.update_lines()

    def update_lines(self) -> None:
        """Bring the text to the state and the time of now."""
        if self.state is None or not self.is_mounted:
            return
        shown = lines(self.state, self._now(), self._keys)
        if isinstance(self.state.connection, Lost):
            self._clock.resume()
        else:
            self._clock.pause()
        if shown != self._shown:
            self._shown = shown
            self.set_class(bool(shown), "-shown")
            self.set_class(all(tone == "primary" for _, _, tone in shown), "-calm")
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._content(width))

    def render(self) -> Content:
        return Content("\n").join(self._content(self.size.width))

    def _content(self, width: int) -> list[Content]:
        return [line for shown in self._shown for line in _wrapped(*shown, width)]

    def on_click(self) -> None:
        lost = self.state is not None and isinstance(self.state.connection, Lost)
        broken = self.state is not None and self.state.problems
        target = "retry" if lost else "problems" if broken else "tab_plan"
        self.app.call_later(self.app.run_action, f"run('{target}')")


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
