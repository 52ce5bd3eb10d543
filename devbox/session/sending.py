"""Paths of one rule brought into one container, place by place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from devbox.ports import Engine, Sources
from devbox.record import dataclass
from devbox.session.delivery import Destination
from devbox.session.ledgers import Ledgers
from devbox.session.placing import Placing, Sent, Wanted, above
from devbox.session.turns import turns
from devbox.sync.entry import Entry, Kind
from devbox.sync.ledger import Given
from devbox.sync.overlap import claims
from devbox.sync.place import Ground, Place
from devbox.sync.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the host has at `paths` of a rule (relative to its root), as it was when it was looked at: each place of
    the container with what is to be in it, by the place's own paths; what came from here and is here no more is None.
    """

    rule: Rule
    paths: frozenset[str]
    wanted: Wanted
    places: tuple[tuple[Place, dict[str, Entry | None]], ...]


class Sender:
    """Into one container."""

    def __init__(
        self,
        engine: Engine,
        sources: Sources,
        to: Destination,
        ledgers: Ledgers,
        rules: Sequence[Rule],
        now: Callable[[], float],
    ) -> None:
        self.engine = engine
        self.to = to
        self._sources = sources
        self._ledgers = ledgers
        self._rules = rules
        self._now = now

    async def look(self, rule: Rule, paths: Iterable[str]) -> Seen:
        """What is to be at these paths."""
        asked = frozenset(paths)
        wanted = await self._wanted(rule, asked)
        return Seen(rule=rule, paths=asked, wanted=wanted, places=await self._by_place(rule, wanted, asked))

    async def lacking(self, seen: Seen) -> int:
        """How many of its paths are not there as they were seen."""
        return sum([len((await self._ledgers.of(self.to, where)).ledger.lacks(there)) for where, there in seen.places])

    async def send(self, seen: Seen) -> Sent:
        """Bring what was seen, each file as it is by now. What is in the way of one is in the way of no other."""
        sent = Sent()
        rule, wanted = seen.rule, seen.wanted
        await self._ledgers.remember(rule, {path: entry for path, (_, entry) in wanted.items()}, self._now())
        for where, there in seen.places:
            shelf = await self._ledgers.of(self.to, where)
            batch = Placing(
                engine=self.engine,
                sources=self._sources,
                to=self.to,
                now=self._now,
                rule=rule,
                where=where,
                shelf=shelf,
                wanted=wanted,
                there=there,
                sent=sent,
            )
            try:
                async with shelf.alone():
                    await batch.settle()
            finally:
                self._ledgers.stir()
            await batch.look()
        if any(where.ground is Ground.BIND for where in (self.to.place(rule.target), *self.to.mounts(rule.target))):
            for path, (_, entry) in wanted.items():
                if self.to.place(path).ground is Ground.BIND:  # there by itself
                    sent.state[path] = Given(entry=entry, at=self._now())
        return sent

    async def _wanted(self, rule: Rule, paths: frozenset[str]) -> Wanted:
        """What the host has there, without what a later rule puts in the same place."""
        seen = await self._sources.look(rule, paths)
        wanted: dict[str, tuple[str, Entry | None]] = {}
        async for part in turns(seen.items()):
            wanted.update((rule.place(path), (path, entry)) for path, entry in part)
        for other, claimed in claims(rule, self._rules, wanted).items():
            for inside, entry in (await self._sources.look(other, list(claimed))).items():
                if entry is not None and inside in claimed:
                    wanted.pop(claimed[inside], None)
        return wanted

    async def _by_place(
        self, rule: Rule, wanted: Wanted, paths: frozenset[str]
    ) -> tuple[tuple[Place, dict[str, Entry | None]], ...]:
        found: dict[Place, dict[str, Entry | None]] = {}
        top = None if self.to.mounts(rule.target) else self.to.place(rule.target)
        async for part in turns(wanted.items()):
            for path, (_, entry) in part:
                where = top or self.to.place(path)
                if path != where.base or (entry is not None and entry.kind is not Kind.FOLDER):
                    found.setdefault(where, {})[where.inner(path)] = entry
        looked = {rule.place(path) for path in paths}
        heads: dict[Place, list[str]] = {}
        for path in looked:
            where = self.to.place(path)
            heads.setdefault(where, []).append(where.inner(path))
        for where in self.to.mounts(rule.target):
            if not looked.isdisjoint(above(where.base)):
                heads.setdefault(where, []).append(where.inner(where.base))
        for where, below in heads.items():
            # A folder that took the place of another: what it has not got is gone.
            own = (await self._ledgers.of(self.to, where)).ledger
            for path in own.below(below, rule.root):
                if where.outer(path) not in wanted:
                    found.setdefault(where, {})[path] = None
        places = [(where, there) for where, there in found.items() if where.ground is not Ground.BIND]
        return tuple(sorted(places, key=lambda one: (one[0].ground.value, one[0].base)))
