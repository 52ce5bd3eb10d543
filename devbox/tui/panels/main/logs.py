"""The Logs tab: of one service, or of all of them by time."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content

from devbox.logs.buffer import LogSource
from devbox.tui.panels.main.feeds import Feeds
from devbox.tui.panels.main.log_note import match_note, status_note
from devbox.tui.panels.main.query_line import QueryLine
from devbox.tui.panels.main.tab import Tab
from devbox.tui.widgets.log_canvas import LogStatus
from devbox.tui.widgets.log_view import LogView


class LogsTab(Tab):
    """A LogView on the session's logs, with lines for search and filter. It says which services are to be read."""

    title = "Logs"

    def __init__(self, feeds: Feeds, *, id: str) -> None:
        super().__init__(id=id)
        self._feeds = feeds
        self._source: LogSource | None = None
        self._shown: tuple[str, ...] = ()
        self._open = False

    def compose(self) -> ComposeResult:
        yield LogView(id="log")
        yield QueryLine("filter", id="log-filter")
        yield QueryLine("search", id="log-search")

    @property
    def view(self) -> LogView:
        return self.query_one("#log", LogView)

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

    def search(self) -> bool:
        self.query_one("#log-search", QueryLine).ask()
        return True

    def filter(self) -> None:
        """Ask for what to filter by."""
        self.query_one("#log-filter", QueryLine).ask()

    def leave_query(self) -> bool:
        """Drop the search, else the filter; False: neither is in force."""
        for id in ("#log-search", "#log-filter"):
            line = self.query_one(id, QueryLine)
            if line.open:
                line.action_give_up()
                return True
        return False

    def copy_text(self) -> str:
        return self.view.copy_text()

    def on_query_line_changed(self, event: QueryLine.Changed) -> None:
        event.stop()
        if event.line.id == "log-filter":
            self.view.filter(event.query)
        elif not self.view.search(event.query) and event.query:
            event.line.note(Content.styled("not found", "$text-warning"))

    def on_query_line_done(self, event: QueryLine.Done) -> None:
        event.stop()
        self.view.focus()

    def on_log_canvas_status_changed(self, event: LogView.StatusChanged) -> None:
        event.stop()
        self._tell(event.status)

    def _tell(self, status: LogStatus) -> None:
        view = self.view
        self.post_message(self.Noted(status_note(status, wrap=view.wrap, filtered=view.wanted is not None)))
        search = self.query_one("#log-search", QueryLine)
        if search.open and view.sought is not None:
            search.note(match_note(status))
        filter = self.query_one("#log-filter", QueryLine)
        if filter.open and view.wanted is not None:
            more = f", {status.filtering:,} to look at" if status.filtering else ""
            filter.note(Content(f"{status.lines:,} lines{more}"))
