"""What the actions without a command do, and the way of those with one: previewed, agreed to, asked of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.errors import DevboxError
from devbox.session.commands import Command
from devbox.session.state import Phase
from devbox.tui import amounts, syncing, themes
from devbox.tui.action import Action
from devbox.tui.actions import action
from devbox.tui.approval import approve
from devbox.tui.conditions import containers
from devbox.tui.text import clean

if TYPE_CHECKING:
    from devbox.tui.app import DevboxApp

TABS = {f"tab_{id}": id for id in ("logs", "health", "plan", "events", "config", "stats", "sync")}


class Doing:
    """One method for each action that needs the screen, named by the action's id."""

    def __init__(self, app: DevboxApp) -> None:
        self._app = app

    def do(self, id: str) -> None:
        """Do the action of that id."""
        if id in TABS:
            self._app.pane.show_tab(TABS[id])
            return
        method: Callable[[], None] = getattr(self, id)
        method()

    def tell(self, text: str, *, error: bool = False) -> None:
        """Say it in passing."""
        self._app.notify(clean(text), severity="error" if error else "information", markup=False, timeout=4)

    async def ask(self, chosen: Action, command: Command) -> None:
        """Have the session do it, once the user has agreed."""
        app = self._app
        agreed = await approve(app, app.session, app.state, chosen, command)
        if agreed is not None:
            app.list.unmark()
            app.session.command(agreed)

    # Services

    def variants(self) -> None:
        from devbox.tui.screens.choice import Choice, Way

        app = self._app
        ways = [
            Way(id=id, key=key, label=action(id).label, help=action(id).help)
            for id, key in (("apply", "a"), ("recreate", "c"), ("rebuild", "b"))
            if action(id).enabled(app.state, app.selection)
        ]
        app.push_screen(
            Choice(f"Bring {app.selection.words} up to date", ways), lambda id: app.perform(id) if id else None
        )

    def select(self) -> None:
        self._app.list.mark()
        self._app.update_hints()

    def shell(self) -> None:
        from devbox.tui.shell import lend

        self._app.run_worker(lend(self._app, self._app.selection), name="shell")

    def debug(self) -> None:
        self._app.debugger.open()

    def port(self) -> None:
        from devbox.tui.browser import url
        from devbox.tui.screens.choice import Choice, Way

        app = self._app
        found = amounts.published(b for c in containers(app.state, app.selection) for b in c.bindings)
        ways = [Way(id=str(port), label=url(app.state, port), help=text) for port, text in found]
        if len(ways) == 1:
            self._browse(ways[0].label)
        else:
            labels = {way.id: way.label for way in ways}
            app.push_screen(Choice("Open in the browser", ways), lambda id: self._browse(labels[id]) if id else None)

    def _browse(self, url: str) -> None:
        from devbox.tui.browser import open_in_browser

        if open_in_browser(url):
            self.tell(f"Opened {url}")
        else:
            self._app.copy_to_clipboard(url)
            self.tell(f"No browser here; copied {url}")

    def inspect(self) -> None:
        self._app.run_worker(self._inspect(), name="inspect")

    async def _inspect(self) -> None:
        from devbox.tui.screens.inspect import Inspect

        app = self._app
        found = containers(app.state, app.selection)
        try:
            await app.push_screen(Inspect(await app.session.inspect(found[0].id)))
        except DevboxError as error:
            self.tell(str(error), error=True)

    def sync_reload(self) -> None:
        syncing.reload(self._app)

    def sync_verify(self) -> None:
        self._app.run_worker(syncing.verify(self._app), name="verify", exclusive=True, group="verify")

    # The stack

    def sync_watch(self) -> None:
        syncing.turn(self._app)

    def environments(self) -> None:
        from devbox.tui.screens.environments import Environments

        app = self._app
        app.run_worker(app.session.refresh_projects(), name="projects")
        app.push_screen(Environments(app.state), lambda name: self.switch(name) if name else None)

    def switch(self, name: str) -> None:
        """Go to that environment, asking what becomes of the one we leave, and of the secrets it lacks."""
        from devbox.tui.switching import switch

        switch(self._app, name)

    def problems(self) -> None:
        from devbox.tui.screens.problems import Problems

        self._app.push_screen(Problems(self._app.state.problems))

    def retry(self) -> None:
        self._app.session.retry()

    def cancel(self) -> None:
        running = [operation for operation in self._app.state.operations if operation.phase is Phase.RUNNING]
        if running:
            self._app.session.cancel(running[-1].id)
        else:
            from devbox.tui.panels.operations import OperationsPanel

            self._app.query_one(OperationsPanel).dismiss()
            self._app.session.decline()

    def progress(self) -> None:
        from devbox.tui.screens.progress import ProgressView

        app = self._app
        running = [operation for operation in app.state.operations if operation.phase is Phase.RUNNING]
        shown = (running or app.state.operations)[-1]
        app.push_screen(ProgressView(shown.id, lambda: app.state, app.now, app.session.cancel))

    # The main pane

    def tab_next(self) -> None:
        self._app.pane.next_tab()

    def tab_previous(self) -> None:
        self._app.pane.previous_tab()

    def search(self) -> None:
        if self._app.selection.in_list:
            from devbox.tui.panels.services import ServicesPanel

            self._app.query_one(ServicesPanel).start_filter()
        else:
            self._app.pane.search()

    def filter_pane(self) -> None:
        self._app.pane.filter()

    def match_next(self) -> None:
        self._app.pane.next_match()

    def match_previous(self) -> None:
        self._app.pane.previous_match()

    def follow(self) -> None:
        self._app.pane.toggle_follow()

    def wrap(self) -> None:
        self._app.pane.toggle_wrap()

    def clear(self) -> None:
        self._app.pane.clear()

    def full(self) -> None:
        full = self._app.screen.toggle_class("-full").has_class("-full")
        (self._app.pane if full else self._app.list).focus()

    # Looking around

    def open(self) -> None:
        from devbox.tui.panels.service_list import ServiceList

        app = self._app
        row = app.list.row
        if app.selection.in_list and row and row.replicas > 1 and not row.opened:
            app.list.post_message(ServiceList.Folded(row.service, True))
        else:
            app.pane.focus()

    def back(self) -> None:
        from devbox.tui.panels.services import ServicesPanel

        app = self._app
        if app.screen.has_class("-full"):
            self.full()
        elif not app.selection.in_list:
            app.list.focus()
        elif not app.query_one(ServicesPanel).end_filter() and not app.list.unmark():
            app.list.go("stack")
        app.update_hints()

    def panel_next(self) -> None:
        self._app.screen.focus_next()

    def panel_previous(self) -> None:
        self._app.screen.focus_previous()

    def copy(self) -> None:
        from devbox.tui.browser import address
        from devbox.tui.screens.choice import Choice, Way

        app = self._app
        if not app.selection.in_list:
            self._copied(app.pane.copy_text())
            return
        found = containers(app.state, app.selection) if app.selection.services else ()
        if not found:
            self._copied(app.selection.one or (app.state.project.name if app.state.project else ""))
            return
        one = found[0]
        values = {
            "service": one.service,
            "container": one.name,
            "id": one.id,
            "image": one.image,
            "address": next((address(app.state, port) for port, _ in amounts.published(one.bindings)), ""),
        }
        keys = {"service": "s", "container": "c", "id": "i", "image": "m", "address": "a"}
        ways = [Way(id=id, key=keys[id], label=id, help=value) for id, value in values.items() if value]
        app.push_screen(Choice("Copy", ways), lambda id: self._copied(values[id]) if id else None)

    def _copied(self, text: str) -> None:
        if not text:
            self.tell("There is nothing to copy here.")
            return
        self._app.copy_to_clipboard(text)
        lines = text.count("\n") + 1
        self.tell(f"Copied {lines} lines." if lines > 1 else f"Copied {text if len(text) < 60 else 'one line'}.")

    def palette(self) -> None:
        self._app.action_command_palette()

    # devbox

    def theme(self) -> None:
        self._app.theme = themes.other(self._app.theme)

    def help(self) -> None:
        from devbox.tui.screens.help import Help

        self._app.push_screen(Help(self._app.keys))

    def leave(self) -> None:
        from devbox.tui.screens.choice import Choice, Way

        app = self._app
        running = [operation.title for operation in app.state.operations if operation.phase is Phase.RUNNING]
        if not running:
            app.exit()
            return
        ways = [
            Way(id="stay", key="n", label="Stay", help="and see it through"),
            Way(id="leave", key="y", label="Leave", help="it stops at the end of its step; what runs goes on running"),
        ]
        title = f"{', '.join(running)} is not done"
        app.push_screen(Choice(title, ways), lambda way: app.exit() if way == "leave" else None)
