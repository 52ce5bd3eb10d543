"""Bringing what containers lack when they have begun anew, where nobody watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from devbox.compose.model import Service
from devbox.errors import Conflict, DevboxError, EngineLost, NotFound
from devbox.plan.observed import Container
from devbox.ports import Engine, LedgerFiles, Sources
from devbox.session.delivery import Destination, destination
from devbox.session.ledgers import Ledgers
from devbox.session.replica import Replica
from devbox.sync.rules import Rule, rules
from devbox.sync.told import Told

_TRIES, _PAUSE = 3, 0.5
"""Attempts, and seconds between two."""


class Filling:
    """For the services of one project. What was saved while nobody watched is left to who watches next: their
    processes run without it, and would have to take it up."""

    def __init__(
        self,
        engine: Engine,
        project: str,
        services: Sequence[Service],
        *,
        sources: Sources,
        ledgers: LedgerFiles,
        tell: Callable[[Told], None],
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._project = project
        self._sources = sources
        self._ledgers = Ledgers(ledgers, project)
        self._rules = [rule for rule in rules(services, sources.ignore_file) if rule.action.copies]
        self._tell = tell
        self._now = now
        self._one = asyncio.Lock()
        self._begun = False

    async def filled(self, container: Container) -> DevboxError | None:
        """Bring it what it was never given in this life; DevboxError: what is in the way of that."""
        mine = [rule for rule in self._rules if rule.service == container.service]
        trouble: DevboxError | None = None
        for _ in range(_TRIES if mine else 0):
            try:
                await self._fill(container, mine)
            except (EngineLost, NotFound):
                raise
            except Conflict:
                return None  # it does not run any more, which others tell
            except DevboxError as error:
                trouble = error
                await asyncio.sleep(_PAUSE)
            else:
                return None
        return trouble

    async def _fill(self, container: Container, mine: list[Rule]) -> None:
        async with self._one:
            if not self._begun:
                await self._ledgers.begin(self._engine)
                self._begun = True
            to = await destination(self._engine, container)
            await self._ledgers.meet(self._engine, to, mine)
            replica = Replica(
                self._engine, self._sources, to, self._ledgers, mine, self._tell, lambda *told: None, self._now
            )
            try:
                for rule in mine:
                    if missing := await self._missing(rule, to):
                        await replica.bring(rule, missing, first=True)
            finally:
                await self._ledgers.save()

    async def _missing(self, rule: Rule, to: Destination) -> set[str]:
        paths = await self._ledgers.remembered(rule)
        if rule.initial:
            paths |= (await self._sources.scan(rule)).keys()
        found = set()
        for path in paths:
            inside = rule.place(path)
            where = to.place(inside)
            ledger, there = (await self._ledgers.of(to, where)).ledger, where.inner(inside)
            given = ledger.given().get(there)
            if given is None or not given.sure or there in ledger.missed():
                found.add(path)
        return found
