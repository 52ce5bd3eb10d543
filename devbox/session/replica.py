"""One container that is kept like the host's files: what changed is sent, retried until it is there, and acted upon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from devbox.errors import DevboxError, EngineLost, NotFound
from devbox.ports import Engine, Sources
from devbox.session.delivery import Destination, remove
from devbox.session.ledgers import Ledgers
from devbox.session.placing import Sent
from devbox.session.sending import Seen, Sender
from devbox.session.turns import turns
from devbox.sync.ledger import Given
from devbox.sync.overlap import disturbed
from devbox.sync.rules import Rule
from devbox.sync.told import Owed, Synced, SyncFailed, Told

FIRST, LONGEST = 0.5, 15.0
"""Seconds between two attempts."""
_NAMED = 3
"""Errors that are told of several."""
_TRIES = 3
"""Attempts after which what is in the way is believed to stay there."""
Then = Callable[[Rule, frozenset[str], Destination, float], None]
"""Hears which paths of a rule are there, and since when they were to be (of the performance counter)."""


class Replica:
    """A running container of a watched service; `run` works until cancelled."""

    def __init__(
        self,
        engine: Engine,
        sources: Sources,
        to: Destination,
        ledgers: Ledgers,
        rules: Sequence[Rule],
        tell: Callable[[Told], None],
        then: Then,
        now: Callable[[], float],
        settled: Callable[[str], None] = lambda container: None,
    ) -> None:
        """`settled` hears the container's name each time that all of what changed is there, or could not be sent."""
        self.to = to
        self.rules = [rule for rule in rules if rule.action.copies]
        self.dropped = False
        """The container is gone, or another one keeps it: its rules are others now."""
        self._filled = False
        """It has had what it lacked when it began."""
        self._trouble: DevboxError | None = None
        """What is in the way of something just now."""
        self._tried = asyncio.Event()
        self._sources = sources
        self._ledgers = ledgers
        self._tell = tell
        self._then = then
        self._now = now
        self._settled = settled
        self._sender = Sender(engine, sources, to, ledgers, self.rules, now)
        self._seen: dict[Rule, Seen] = {}
        """What was looked at to be counted, and is to be sent."""
        self._dirty: dict[Rule, set[str]] = {}
        self._first: set[Rule] = set()
        self._acted: dict[Rule, dict[str, Given]] = {}
        """What of a rule's files was there when it last asked for a reload: another container may share the volume."""
        self._since: float | None = None
        self._owed = False
        self._later: dict[Rule, set[str]] = {}
        """What failed, and waits for its next attempt."""
        self._next = 0.0
        """When that is (monotonic)."""
        self._wake = asyncio.Event()

    @property
    def pending(self) -> int:
        """Paths that are not there yet."""
        return sum(len(paths) for every in (self._dirty, self._later) for paths in every.values())

    async def begin(self, rule: Rule) -> set[str]:
        """The paths of a rule that the container has had from devbox before; with these it has begun."""
        known = await self._ledgers.state(self.to, rule)
        self._acted[rule] = known
        return _own(rule, known)

    def changed(self, rule: Rule, paths: Iterable[str], *, first: bool = False) -> None:
        """These, relative to the rule's root, are to be looked at. `first`: no change, but what it may lack."""
        if first and rule not in self._dirty:
            self._first.add(rule)
        elif not first:
            self._first.discard(rule)
        self._dirty.setdefault(rule, set()).update(paths)
        if self._since is None:
            self._since = time.perf_counter()
        self._wake.set()

    def settle(self) -> None:
        """Tell once all that was named so far is there, though it be nothing."""
        self._wake.set()

    def retry(self) -> None:
        """Try now what failed."""
        self._next = 0.0
        self._wake.set()

    def restarted(self, engine: Engine, to: Destination) -> None:
        """Begun again, or found again on another connection: what does not outlive the process may be gone."""
        self.to = to
        self._next = 0.0
        self._filled, self._trouble = False, None
        self._sender = Sender(engine, self._sources, to, self._ledgers, self.rules, self._now)

    async def has_filled(self) -> DevboxError | None:
        """Wait until it has what it lacked when it began, is dropped, or cannot have it: what is in the way."""
        failed = 0
        while not self._filled and not self.dropped:
            await self._tried.wait()
            failed += self._trouble is not None
            if self._trouble is not None and failed == _TRIES:
                return self._trouble
        return None

    async def run(self) -> None:
        """EngineLost when the engine goes away; ends when the container is gone."""
        await self._count()
        pause = FIRST
        while True:
            due = await self._due()
            dirty, self._dirty = self._dirty, {}
            first, self._first = self._first, set()
            since = self._since or time.perf_counter()
            self._since = None
            if due:
                again, self._later = self._later, {}
                for rule, paths in again.items():
                    dirty.setdefault(rule, set()).update(paths)
            try:
                failures = [one for rule in dirty for one in await self._bring(rule, dirty[rule], rule in first, since)]
            except NotFound:
                return
            if failures or not self._dirty:
                self._settled(self.to.name)
            if failures:
                self._failed(_as_one(failures), pause if due or not self._trouble else self._next - time.monotonic())
                pause = min(LONGEST, pause * 2) if due else pause
            elif not self._later:
                self._trouble = None
                pause = FIRST
                if not self._dirty:
                    self._is_filled()
            self._tried.set()
            self._tried = asyncio.Event()

    async def _due(self) -> bool:
        """Wait until there is something to do; whether what failed is to be tried again."""
        left = max(0.0, self._next - time.monotonic()) if self._later else None
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._wake.wait()
        self._wake.clear()
        return time.monotonic() >= self._next

    def _failed(self, error: DevboxError, again: float) -> None:
        self._trouble = error
        self._next = time.monotonic() + again
        self._tell(
            SyncFailed(
                service=self.to.service,
                container=self.to.name,
                error=error.message,
                hint=error.hint,
                pending=self.pending,
                again=round(max(again, 0.0), 1),
            )
        )

    async def bring(self, rule: Rule, paths: set[str], replacing: Sequence[str] = (), *, first: bool = False) -> None:
        """Send these of a rule now, instead of `run`, until nothing of it has changed meanwhile; what is there at
        `replacing` goes first."""
        if replacing:
            await remove(self._sender.engine, self.to, [rule.place(path) for path in replacing])
        while True:
            sent = await self._send(rule, paths, time.perf_counter(), first=first)
            for error in sent.failed.values():
                raise error
            if not await self._sender.lacking(
                await self._sender.look(rule, paths)
            ):  # it may have been written over by another devbox
                return

    async def _count(self) -> None:
        """Tell how much it lacks in the beginning."""
        files = 0
        self._seen.clear()
        for rule, paths in list(self._dirty.items()):
            try:
                seen = self._seen[rule] = await self._sender.look(rule, paths)
                files += await self._sender.lacking(seen)
            except DevboxError:
                files += len(paths)
        if files:
            self._owed = True
            self._tell(Owed(service=self.to.service, container=self.to.name, files=files))

    def _is_filled(self) -> None:
        self._filled = True
        self.gone()

    def drop(self) -> None:
        """Nobody waits for it any more."""
        self.dropped = True
        self._tried.set()

    def gone(self) -> None:
        """Nothing is owed to it any more."""
        if self._owed:
            self._owed = False
            self._tell(Owed(service=self.to.service, container=self.to.name, files=0))

    async def _bring(self, rule: Rule, paths: set[str], first: bool, since: float) -> list[DevboxError]:
        """What stands in the way, its paths being owed again; no rule is held back by another."""
        try:
            sent = await self._send(rule, paths, since, first=first)
        except (EngineLost, NotFound, asyncio.CancelledError):
            self.changed(rule, paths, first=first)
            raise
        except DevboxError as error:
            self._later.setdefault(rule, set()).update(paths)
            return [error]
        if sent.failed:
            self._later.setdefault(rule, set()).update(_own(rule, sent.failed))
        acted, deleted = self._acted.setdefault(rule, {}), {*sent.deleted}
        fresh: list[str] = []
        async for part in turns(sent.state.items()):
            known = {path: one for path, one in part if path not in sent.failed}
            # What was gone before it was looked at for the first time is no change.
            mine = {path: one for path, one in known.items() if one.entry or path in acted or path in deleted}
            fresh += (path for path, one in mine.items() if not one.same(acted.get(path)))
            acted.update(known)
        if fresh and not first:
            self._then(rule, frozenset(_own(rule, fresh)), self.to, since)
        return list(sent.failed.values())[:1]

    async def _send(self, rule: Rule, paths: set[str], since: float, *, first: bool) -> Sent:
        seen = self._seen.pop(rule, None)
        if seen is None or seen.paths != paths:  # what changed again since then is told once more
            seen = await self._sender.look(rule, paths)
        sent = await self._sender.send(seen)
        for other, gone in disturbed(rule, self.rules, sent.deleted).items():
            self.changed(other, gone)
        if sent:
            self._tell(
                Synced(
                    service=self.to.service,
                    container=self.to.name,
                    paths=tuple(sent.written),
                    deleted=tuple(sent.deleted),
                    size=sent.size,
                    seconds=time.perf_counter() - since,
                    initial=first,
                    follows=rule.reload is not None,
                    unread=tuple(sent.unread.items()),
                )
            )
        return sent


def _as_one(errors: Sequence[DevboxError]) -> DevboxError:
    """Each once, three at most."""
    each = list(dict.fromkeys(error.message for error in errors))
    more = f" (and {len(each) - _NAMED} more)" if len(each) > _NAMED else ""
    hints = dict.fromkeys(error.hint for error in errors if error.hint)
    return DevboxError("; ".join(each[:_NAMED]) + more, hint=next(iter(hints), ""))


def _own(rule: Rule, paths: Iterable[str]) -> set[str]:
    """Paths in the container as the rule's own."""
    head = f"{rule.target.rstrip('/')}/"
    return {path.removeprefix(head) if path != rule.target else "" for path in paths}
