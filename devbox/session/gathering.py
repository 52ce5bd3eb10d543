"""What is told and done once a storm of changes is over: its files are sent as they come, but are one batch and ask
for one reload."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from devbox.session.delivery import Destination
from devbox.session.replica import Then
from devbox.sync.rules import Rule
from devbox.sync.told import Synced, Told


@dataclass(slots=True)
class _Kept:
    """What one container has had of the storm."""

    batches: list[tuple[float, Synced]] = field(default_factory=list)
    """When each was there (of the performance counter)."""
    then: dict[Rule, tuple[set[str], Destination, float]] = field(default_factory=dict)


class Gathering:
    """Between replicas and who hears of them: passes on `tell` and `then`, or keeps them until the storm is over and
    the container has all of it."""

    def __init__(self, tell: Callable[[Told], None], then: Then) -> None:
        self.storm = False
        self._tell = tell
        self._then = then
        self._kept: dict[str, _Kept] = {}

    def tell(self, told: Told) -> None:
        """As a replica tells it."""
        if isinstance(told, Synced) and not told.initial and self._keeps(told.container):
            self._kept.setdefault(told.container, _Kept()).batches.append((time.perf_counter(), told))
        else:
            self._tell(told)

    def then(self, rule: Rule, paths: frozenset[str], to: Destination, since: float) -> None:
        """As a replica asks for it."""
        if not self._keeps(to.name):
            self._then(rule, paths, to, since)
            return
        then = self._kept.setdefault(to.name, _Kept()).then
        known, _, begun = then.get(rule, (set(), to, since))
        then[rule] = (known | paths, to, min(since, begun))

    def settled(self, container: str) -> None:
        """This one has all that came so far."""
        if self.storm or (kept := self._kept.pop(container, None)) is None:
            return
        if kept.batches:
            self._tell(_one(kept.batches))
        for rule, (paths, to, since) in kept.then.items():
            self._then(rule, frozenset(paths), to, since)

    def _keeps(self, container: str) -> bool:
        return self.storm or container in self._kept


def _one(batches: list[tuple[float, Synced]]) -> Synced:
    """As one: paths in the order in which they were last written or deleted."""
    written: dict[str, None] = {}
    deleted: dict[str, None] = {}
    unread: dict[str, str] = {}
    for _, batch in batches:
        for path in batch.deleted:
            written.pop(path, None)
            deleted[path] = None
        for path in batch.paths:
            deleted.pop(path, None)
            written[path] = None
        unread |= dict(batch.unread)
    begun = min(at - batch.seconds for at, batch in batches)
    last, batch = batches[-1]
    return Synced(
        service=batch.service,
        container=batch.container,
        paths=tuple(written),
        deleted=tuple(deleted),
        size=sum(batch.size for _, batch in batches),
        seconds=last - begun,
        follows=any(batch.follows for _, batch in batches),
        unread=tuple(unread.items()),
        through=batch.through if all(each.through for _, each in batches) else "",
    )
