"""The Stats tab: what each container uses, now and in the last minutes."""

from __future__ import annotations

from textual.content import Content

from devbox.session.state import Connected
from devbox.tui.panels.main.page import PageTab
from devbox.tui.panels.main.stats_text import service_stats, stack_stats


class StatsTab(PageTab):
    """A graph of each replica, or a table of the whole stack."""

    def opened(self) -> None:
        self.draw()

    def page(self) -> Content:
        state = self.state
        if state is None:
            return Content()
        connected = state.connection
        cpus = connected.info.cpus if isinstance(connected, Connected) else 0
        if self.service is None:
            return stack_stats(state.rows, state.usage, cpus, self.room)
        row = state.row(self.service)
        return service_stats(row.containers if row else (), state.usage, cpus, self.room, self.size.height)
