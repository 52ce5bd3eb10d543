"""The Events tab: what the engine told of the service, as a log."""

from __future__ import annotations

from textual.content import Content

from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream
from devbox.ports import EngineEvent
from devbox.tui.panels.main.log_tab import LogTab

_KEPT = 2_000
_QUIET = ("exec_create", "exec_start", "exec_die", "top", "archive-path")
"""Probes and looking about: thousands an hour that tell nothing."""
_TELLING = ("exitCode", "signal", "container", "image", "oldName", "driver")


class EventsTab(LogTab):
    """Keeps the events it has seen while it was open, and those State has."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._buffer = LogBuffer(_KEPT, 4 << 20)
        self._about: tuple[str, str | None] | None = None
        self._last: EngineEvent | None = None

    def opened(self) -> None:
        self.draw()

    def draw(self) -> None:
        if self.state is None:
            return
        project = self.state.project.name if self.state.project else ""
        if (project, self.service) != self._about:
            self._about = (project, self.service)
            self._buffer = LogBuffer(_KEPT, 4 << 20)
            self._last = None
            view = self.view
            view.timestamps = True
            view.empty = "Nothing happened since devbox is open."
            names = [row.name for row in self.state.rows] if self.service is None else None
            view.show(self._buffer, names)
        events = self.state.events
        if events and events[-1] is not self._last:
            fresh = _after(events, self._last)
            self._last = events[-1]
            self._buffer.extend([event_line(event) for event in fresh if self._wanted(event)])
        count = self._buffer.end - self._buffer.first
        self.post_message(
            self.Noted(Content.styled(f"{count:,} events" if count else "no events yet", "$foreground 60%"))
        )

    def _wanted(self, event: EngineEvent) -> bool:
        if event.action.split(":")[0] in _QUIET:
            return False
        return self.service is None or event.service == self.service


def event_line(event: EngineEvent) -> LogLine:
    """An event as a log line; what went wrong stands as stderr."""
    action, _, rest = event.action.partition(":")
    words = [action.replace("_", " ") + (f": {rest.strip()}" if rest else "")]
    if event.kind != "container":
        words.insert(0, event.kind)
    if name := event.attributes.get("name"):
        words.append(name)
    words += [f"{key}={event.attributes[key]}" for key in _TELLING if event.attributes.get(key)]
    code = event.attributes.get("exitCode", "0")
    bad = action == "oom" or (action == "die" and code != "0") or "unhealthy" in rest
    stream = Stream.STDERR if bad else Stream.STDOUT
    return LogLine(event.service or event.kind, event.id, stream, event.time, " ".join(words))


def _after(events: tuple[EngineEvent, ...], last: EngineEvent | None) -> tuple[EngineEvent, ...]:
    """Those that came after `last`; all of them if it is not there any more."""
    for index in range(len(events) - 1, -1, -1):
        if events[index] is last:
            return events[index + 1 :]
    return events
