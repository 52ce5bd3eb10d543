"""The command palette: every action of the registry, every service, every environment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from devbox.tui.actions import ACTIONS
from devbox.tui.text import clean, plain

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp

Entry = tuple[str, str, Callable[[], object]]


class Everything(Provider):
    """Lists what can be done now first; what cannot says why when chosen."""

    def _entries(self) -> list[Entry]:
        app = cast("DevboxApp", self.app)
        if own := app.debugger.entries(self.screen):
            return own
        selection = app.selection
        entries: list[Entry] = []
        for action in sorted(ACTIONS, key=lambda a: not a.enabled(app.state, selection)):
            key = app.keys.all(action.id)
            on = f" {selection.words}" if action.group.name == "SERVICE" and action.id != "select" else ""
            reason = action.refusal(app.state, selection)
            words = f"{action.help}{f'  [{key}]' if key else ''}{f': {reason}' if reason else ''}"
            entries.append((f"{action.label}{on}", words, partial(app.perform, action.id)))
        for row in app.state.rows:
            entries.append((f"service {row.name}", "Go to it", partial(app.list.go, f"service {row.name}")))
        for environment in app.state.environments:
            words = environment.description or "Switch to it"
            entries.append((f"environment {environment.name}", words, partial(app.doing.switch, environment.name)))
        return entries

    async def discover(self) -> Hits:
        for title, words, run in self._entries():
            yield DiscoveryHit(plain(title, lines=False), run, text=clean(title), help=plain(words, lines=False))  # type: ignore[arg-type]

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, words, run in self._entries():
            clear = clean(title, lines=False)
            if (score := matcher.match(clear)) > 0:
                yield Hit(score, plain(clear), run, text=clear, help=plain(words, lines=False))  # type: ignore[arg-type]
