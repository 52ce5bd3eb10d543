"""The Health tab: why a service is not ready, and what each of its probes said."""

from __future__ import annotations

import time
from dataclasses import replace

from textual.content import Content
from textual.timer import Timer

from devbox.errors import DevboxError
from devbox.plan.observed import Container, HealthState, RunState
from devbox.session.state import Connected
from devbox.tui.panels.main.feeds import Feeds
from devbox.tui.panels.main.health_text import service_health, stack_health
from devbox.tui.panels.main.page import PageTab

_PERIOD = 1.0


class HealthTab(PageTab):
    """Asks the engine for the probes of the containers in sight once a second: it reports no single probe."""

    def __init__(self, feeds: Feeds, *, id: str) -> None:
        super().__init__(id=id)
        self._feeds = feeds
        self._fresh: dict[str, Container] = {}
        """container id -> as it was inspected last"""
        self._timer: Timer | None = None

    def opened(self) -> None:
        self._timer = self.set_interval(_PERIOD, self._look)
        self._look()

    def closed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._fresh = {}

    def page(self) -> Content:
        if self.state is None:
            return Content()
        # The page counts down from the engine's own times.
        now = time.time() + self.state.ahead
        rows = tuple(
            replace(row, containers=tuple(self._latest(container) for container in row.containers))
            for row in self.state.rows
        )
        debugged = self.state.debugged.services
        if self.service is None:
            return stack_health(rows, now, self.room, debugged)
        row = next((row for row in rows if row.name == self.service), None)
        return service_health(row, rows, now, self.room, debugged) if row else Content()

    def _latest(self, container: Container) -> Container:
        """As inspected, unless State knows of a change since."""
        fresh = self._fresh.get(container.id)
        if fresh is None or (fresh.state, fresh.health) != (container.state, container.health):
            return container
        return fresh

    def _look(self) -> None:
        self.draw()
        if self.state is not None and isinstance(self.state.connection, Connected):
            self.run_worker(self._inspect(), group="inspect", exclusive=True)

    async def _inspect(self) -> None:
        rows = self.state.rows if self.state else ()
        for row in rows:
            for container in row.containers:
                of_service = row.name == self.service
                unsettled = container.health in (HealthState.STARTING, HealthState.UNHEALTHY)
                if not of_service and not (self.service is None and unsettled):
                    continue
                if container.state is not RunState.RUNNING or container.health is HealthState.NONE:
                    continue
                try:
                    self._fresh[container.id] = await self._feeds.inspect(container.id)
                except DevboxError:
                    # It went away meanwhile, or the engine did: State will tell.
                    self._fresh.pop(container.id, None)
        self.draw()
