"""Files that a service has through another one's container: both mount the volume, and it is written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from devbox.session.delivery import Destination
from devbox.session.replica import Replica
from devbox.sync.place import Ground, Place
from devbox.sync.rules import Rule
from devbox.sync.told import Synced, Told


class Sharing:
    """Between replicas and who hears of them: passes on `tell`, and tells of what was written to a volume for each
    other service whose rules mean it as well, once."""

    def __init__(
        self, rules: Callable[[], Iterable[Rule]], running: Callable[[str], list[Replica]], tell: Callable[[Told], None]
    ) -> None:
        """`running` are the containers of a service that are kept."""
        self._rules = rules
        self._running = running
        self._tell = tell

    def tell(self, told: Told) -> None:
        """As a replica tells it."""
        self._tell(told)
        if not isinstance(told, Synced):
            return
        writer = next((one.to for one in self._running(told.service) if one.to.name == told.container), None)
        if writer is None or not (volumes := writer.volumes("/")):
            return
        for service in dict.fromkeys(rule.service for rule in self._rules() if rule.service != told.service):
            each = (_shared(told, writer, volumes, other) for other in self._running(service))
            if shared := next(filter(None, each), None):
                self._tell(shared)


def _shared(told: Synced, writer: Destination, volumes: Iterable[Place], other: Replica) -> Synced | None:
    """What the other one has of it, None: nothing. Its bytes are those of the writer."""
    pairs = [(one, mine) for one in volumes for mine in other.to.volumes("/") if _same(one, mine)]
    paths = list(_there(told.paths, writer, pairs, other)) if pairs else []
    deleted = list(_there(told.deleted, writer, pairs, other)) if pairs else []
    if not paths and not deleted:
        return None
    return replace(
        told,
        service=other.to.service,
        container=other.to.name,
        paths=tuple(path for path, _ in paths),
        deleted=tuple(path for path, _ in deleted),
        size=0,
        follows=any(rule.reload is not None for _, rule in (*paths, *deleted)),
        unread=(),
        through=told.service,
    )


def _there(
    paths: Iterable[str], writer: Destination, pairs: Iterable[tuple[Place, Place]], other: Replica
) -> Iterator[tuple[str, Rule]]:
    """Where the other one has them, each with the rule that means it."""
    theirs = dict(pairs)
    for path in paths:
        where = writer.place(path)
        if where not in theirs:
            continue
        there = theirs[where].outer(where.inner(path))
        if other.to.place(there) != theirs[where]:  # something else is mounted over it
            continue
        if rule := next((rule for rule in other.rules if _means(rule, there)), None):
            yield there, rule


def _same(one: Place, other: Place) -> bool:
    return one.ground is other.ground is Ground.VOLUME and (one.volume, one.subpath) == (other.volume, other.subpath)


def _means(rule: Rule, path: str) -> bool:
    head = f"{rule.target.rstrip('/')}/"
    return path == rule.target or (path.startswith(head) and rule.takes(path.removeprefix(head)))
