"""The guard of secrets as it is handed on: loaded when a plan does something where there are secrets to guard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from devbox.compose.model import Project
    from devbox.compose.request import LoadRequest
    from devbox.environments.discover import Environments
    from devbox.plan.plan import Plan
    from devbox.ports import Engine, Outside
    from devbox.session.guard import Guard


class Guarding(Protocol):
    """A guard; `also` are services that get a container which is not in the plan."""

    async def __call__(self, plan: Plan, project: Project, engine: Engine, also: Iterable[str] = ()) -> Plan:
        """The plan, with what keeps it from being done as its problems."""


class LateGuard:
    """Guards the environment that `watch` was told of last; without one nothing."""

    def __init__(self, outside: Outside, request: LoadRequest, environments: Environments | None = None) -> None:
        self._outside = outside
        self._request = request
        self._environments = environments
        self._guard: Guard | None = None

    def watch(self, environments: Environments) -> None:
        """From now on the current one of these."""
        self._environments, self._guard = environments, None

    async def __call__(self, plan: Plan, project: Project, engine: Engine, also: Iterable[str] = ()) -> Plan:
        if self._environments is None or not (plan or also):
            return plan
        if not (project.secrets or self._environments.is_apart):
            return plan
        if self._guard is None:
            from devbox.session.guard import Guard

            self._guard = Guard(self._outside, self._request, self._environments)
        return await self._guard(plan, project, engine, also)
