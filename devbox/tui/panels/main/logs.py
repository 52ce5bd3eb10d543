"""The Logs tab: of one service, or of all of them by time."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content

from devbox.logs.buffer import LogSource
from devbox.tui.panels.main.feeds import Feeds
from devbox.tui.panels.main.log_note import status_note
from devbox.tui.panels.main.log_tab import LogTab
from devbox.tui.panels.main.query_line import QueryLine
from devbox.tui.widgets.log_canvas import LogStatus
from devbox.tui.widgets.log_view import LogView


class LogsTab(LogTab):
    """A LogView on the session's logs, with lines for search and filter. It says which services are to be read."""

    title = "Logs"

    def __init__(self, feeds: Feeds, *, id: str) -> None:
        super().__init__(id=id)
        self._feeds = feeds
        self._source: LogSource | None = None
        self._shown: tuple[str, ...] = ()
        self._open = False
        self._unsubscribe: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        self._unsubscribe = self._feeds.logs.subscribe(self.view.wake)

    def on_unmount(self) -> None:
        self._unsubscribe()

    def compose(self) -> ComposeResult:
        yield LogView()
        yield QueryLine("filter", id="filter")
        yield QueryLine("search", id="search")

    @property
    def filter_line(self) -> QueryLine:
        return self.query_one("#filter", QueryLine)

    @property
    def query_lines(self) -> tuple[QueryLine, ...]:
        return (self.search_line, self.filter_line)

    def opened(self) -> None:
        self._open = True
        self._shown = ()
        self.draw()

    def closed(self) -> None:
        self._open = False
        self._feeds.logs.show(())

    def draw(self) -> None:
        if not self._open or self.state is None:
            return
        every = tuple(row.name for row in self.state.rows if not row.disabled or row.containers)
        wanted = (self.service,) if self.service is not None else every
        logs = self._feeds.logs
        source = logs.buffer(self.service) if self.service is not None else logs.merged()
        if wanted != self._shown or source is not self._source:
            # After a switch the logs are other objects, of which none is read yet.
            logs.show(wanted)
            if source is not self._source or self.service is None:
                self.view.show(source, every if self.service is None else None)
        self._source, self._shown = source, wanted

    def filter(self) -> None:
        """Ask for what to filter by."""
        self.filter_line.ask()

    def tell(self, status: LogStatus) -> None:
        super().tell(status)
        view, line = self.view, self.filter_line
        self.post_message(self.Noted(status_note(status, wrap=view.wrap, filtered=view.wanted is not None)))
        if line.open and view.wanted is not None:
            more = f", {status.filtering:,} to look at" if status.filtering else ""
            line.note(Content(f"{status.lines:,} lines{more}"))

    def on_query_line_changed(self, event: QueryLine.Changed) -> None:
        if event.line is self.filter_line:
            event.prevent_default().stop()
            self.view.filter(event.query)
