"""The Sync tab: what keeps containers like the files that rules of develop.watch name."""

from __future__ import annotations

from textual.content import Content

from devbox.tui.panels.main.page import PageTab
from devbox.tui.panels.main.sync_text import sync_page


class SyncTab(PageTab):
    """Of one service or of the whole stack."""

    def opened(self) -> None:
        self.draw()

    def draw(self) -> None:
        super().draw()
        self.post_message(self.Noted(Content()))

    def page(self) -> Content:
        state = self.state
        if state is None or state.project is None:
            return Content()
        chosen = [one for name, one in state.project.services.items() if self.service in (None, name)]
        return sync_page(chosen, state.sync, state.project.working_dir, self.room)
