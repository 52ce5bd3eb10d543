"""A tab that shows a log, with a line to search it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from devbox.tui.panels.main.log_note import match_note
from devbox.tui.panels.main.query_line import QueryLine
from devbox.tui.panels.main.tab import Tab
from devbox.tui.widgets.log_canvas import LogStatus
from devbox.tui.widgets.log_view import LogView


class LogTab(Tab):
    """Escape ends the search, unless there is none; then it means what it means elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave_query", "End the search", show=False)]

    def compose(self) -> ComposeResult:
        yield LogView()
        yield QueryLine("search", id="search")

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    @property
    def search_line(self) -> QueryLine:
        return self.query_one("#search", QueryLine)

    @property
    def query_lines(self) -> tuple[QueryLine, ...]:
        """The lines that Escape ends, in this order."""
        return (self.search_line,)

    def search(self) -> bool:
        self.search_line.ask()
        return True

    def copy_text(self) -> str:
        return self.view.copy_text()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "leave_query" or any(line.open for line in self.query_lines)

    def action_leave_query(self) -> None:
        """End the search; what else is in force stays until the next time."""
        next(line for line in self.query_lines if line.open).action_give_up()

    def tell(self, status: LogStatus) -> None:
        """Say what the log is about to those who look at it."""
        if self.search_line.open and self.view.sought is not None:
            self.search_line.note(match_note(status))

    def on_query_line_changed(self, event: QueryLine.Changed) -> None:
        event.stop()
        if event.line is self.search_line and not self.view.search(event.query) and event.query:
            event.line.note(Content.styled("not found", "$text-warning"))

    def on_query_line_done(self, event: QueryLine.Done) -> None:
        event.stop()
        self.view.focus()

    def on_log_canvas_status_changed(self, event: LogView.StatusChanged) -> None:
        event.stop()
        self.tell(event.status)
