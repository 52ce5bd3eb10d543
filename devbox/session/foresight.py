"""Keeping the plan of `up` fresh while somebody looks at it, or it is offered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.compose.model import Project
from devbox.environments.environment import Environment
from devbox.errors import DevboxError, EngineLost
from devbox.plan.commands import Up
from devbox.session.events import Event, Noticed, PlanComputed
from devbox.session.link import Link
from devbox.session.policy import in_environment
from devbox.session.rows import containers
from devbox.session.store import Store

if TYPE_CHECKING:
    from devbox.session.guarding import Guarding

_QUIET = 0.5


class Foresight:
    """Plans anew when the project or one of its containers came, went or stopped, at most twice a second."""

    def __init__(
        self,
        *,
        store: Store,
        link: Link,
        emit: Callable[[Event], None],
        now: Callable[[], float],
        guard: Guarding | None = None,
    ) -> None:
        self._store = store
        self._guard = guard
        self._link = link
        self._emit = emit
        self._now = now
        self._wanted = False
        self._wake = asyncio.Event()
        self._planned_for: object = None
        self._complaint = ""

    def want(self, wanted: bool) -> None:
        """Whether somebody looks."""
        self._wanted = wanted
        self._wake.set()

    async def run(self) -> None:
        """Plan until cancelled."""
        unsubscribe = self._store.subscribe(lambda state: self._wake.set())
        self._wake.set()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                project, seen = self._store.state.project, self._seen()
                if project is None or seen == self._planned_for:
                    continue
                if not self._wanted and self._store.state.offer is None:
                    # A plan that is no longer true is worse than none.
                    self._planned_for = None
                    self._emit(PlanComputed(plan=None))
                    continue
                from devbox.session.look import look

                engine = await self._link.connected()
                try:
                    plan, _ = await look(in_environment(Up(), self._environment()), project, engine, self._guard)
                    if self._store.state.project is not project:
                        continue
                    self._emit(PlanComputed(plan=plan))
                except EngineLost:
                    await self._link.recovered()
                    self._wake.set()
                    continue
                except DevboxError as error:
                    self._complain(error.message)
                self._planned_for = seen
                await asyncio.sleep(_QUIET)
        finally:
            unsubscribe()

    def _environment(self) -> Environment | None:
        state = self._store.state
        return next((one for one in state.environments if one.name == state.environment), None)

    def _seen(self) -> tuple[Project | None, tuple[tuple[str, object], ...], int]:
        """What the plan depends on: files, containers, and images, networks and volumes as events tell of them."""
        state = self._store.state
        things = next((event.time for event in reversed(state.events) if event.kind != "container"), 0)
        return state.project, tuple((one.id, one.state) for one in containers(state.rows)), things

    def _complain(self, text: str) -> None:
        if text != self._complaint:
            self._complaint = text
            self._emit(Noticed(text=f"No plan: {text}", severity="warning", at=self._now()))
