"""The Sync tab: what keeps containers like the files that rules of develop.watch name."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from devbox.session.state import State
from devbox.session.syncing import STOPPED
from devbox.tui import conditions as can
from devbox.tui.panels.main.page import PageTab
from devbox.tui.panels.main.sync_text import sync_page
from devbox.tui.selection import Selection


class SyncTab(PageTab):
    """Of one service or of the whole stack."""

    def __init__(self, key: Callable[[str], str], *, id: str) -> None:
        """`key` tells the key of an action by its id."""
        super().__init__(id=id)
        self._key = key

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
        return sync_page(chosen, state.sync, state.project.working_dir, self.room, self._keys(state))

    def _keys(self, state: State) -> list[tuple[str, str]]:
        """Those that do something now, each with what it does."""
        chosen = Selection(services=() if self.service is None else (self.service,))
        every = (
            ("sync_watch", "watch" if state.sync.phase in STOPPED else "pause", can.watch),
            ("sync_reload", "reload now", can.reload_now),
            ("sync_verify", "verify", can.verify),
        )
        return [(self._key(id), what) for id, what, refusal in every if self._key(id) and not refusal(state, chosen)]
