"""The Plan tab: what `up` would change now, and why."""

from __future__ import annotations

from textual.content import Content

from devbox.session.state import Connected
from devbox.tui.panels.main.feeds import Feeds
from devbox.tui.panels.main.page import PageTab
from devbox.tui.panels.main.plan_text import plan_page
from devbox.tui.text import plain


class PlanTab(PageTab):
    """While it is open, the session keeps the plan fresh."""

    def __init__(self, feeds: Feeds, *, id: str) -> None:
        super().__init__(id=id)
        self._feeds = feeds

    def opened(self) -> None:
        self._feeds.want_plan(True)
        self.draw()

    def closed(self) -> None:
        self._feeds.want_plan(False)

    def page(self) -> Content:
        state = self.state
        if state is None:
            return Content()
        if state.project is None:
            problems = "\n".join(str(problem) for problem in state.problems)
            return plain(problems or "No project is open.", "$text-error" if problems else "$foreground 60%")
        if state.plan is None:
            away = not isinstance(state.connection, Connected)
            return Content.styled(
                "The engine does not answer, so there is no plan." if away else "planning …", "$foreground 60%"
            )
        return plan_page(state.plan, self.service, self.room)
