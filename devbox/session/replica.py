"""One container that is kept like the host's files: what changed is sent, retried until it is there, and acted upon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from devbox.errors import DevboxError, EngineLost, NotFound
from devbox.ports import Engine, Sources
from devbox.session.delivery import Destination, remove, write
from devbox.sync.entry import Entry
from devbox.sync.ledger import Lack, Ledger
from devbox.sync.place import Ground, Place
from devbox.sync.rules import Rule
from devbox.sync.told import Synced, SyncFailed, Told

FIRST, LONGEST = 0.5, 15.0
"""Seconds between two attempts."""
Then = Callable[[Rule, frozenset[str], Destination, float], None]
"""Hears which paths of a rule are there, and since when they were to be (of the performance counter)."""
_CHUNK = 16 * 1024 * 1024
"""Bytes packed at once."""


class Volumes:
    """The ledgers of named volumes, which the containers that mount one share, so that each file is written once."""

    def __init__(self) -> None:
        self._ledgers: dict[str, tuple[Ledger, asyncio.Lock]] = {}

    def of(self, volume: str) -> tuple[Ledger, asyncio.Lock]:
        return self._ledgers.setdefault(volume, (Ledger(), asyncio.Lock()))


class Replica:
    """A running container of a watched service; `run` works until cancelled."""

    def __init__(
        self,
        engine: Engine,
        sources: Sources,
        to: Destination,
        volumes: Volumes,
        tell: Callable[[Told], None],
        then: Then,
        now: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._sources = sources
        self.to = to
        self._volumes = volumes
        self._tell = tell
        self._then = then
        self._now = now
        self._own: dict[str, tuple[Ledger, asyncio.Lock]] = {}
        self._dirty: dict[Rule, set[str]] = {}
        self._first: set[Rule] = set()
        self._acted: dict[Rule, Ledger] = {}
        """What of a rule's files was there when it last asked for a reload: another container may share the volume."""
        self._since: float | None = None
        self._wake = asyncio.Event()
        self._again = asyncio.Event()

    @property
    def pending(self) -> int:
        """Paths that are not there yet."""
        return sum(map(len, self._dirty.values()))

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

    def retry(self) -> None:
        """Try now what failed."""
        self._again.set()

    def given(self, rule: Rule) -> list[str]:
        """What of a rule was given, as paths relative to its root."""
        ledgers = [ledger for ledger, _ in self._own.values()]
        ledgers += [self._volumes.of(where.volume)[0] for where in self.to.volumes(rule.target)]
        head = f"{rule.target.rstrip('/')}/"
        return [path.removeprefix(head) for one in ledgers for path in one.below([rule.target], rule.root)]

    def restarted(self, engine: Engine) -> None:
        """Begun again, or found again on another connection: what does not outlive the process may be gone."""
        self._engine = engine
        for base in [base for base in self._own if self.to.place(base).ground is Ground.TMPFS]:
            del self._own[base]

    async def run(self) -> None:
        """EngineLost when the engine goes away; ends when the container is gone."""
        pause = FIRST
        while True:
            await self._wake.wait()
            self._wake.clear()
            dirty, self._dirty = self._dirty, {}
            first, self._first = self._first, set()
            since = self._since or time.perf_counter()
            self._since = None
            try:
                failures = [
                    one for rule in dirty if (one := await self._bring(rule, dirty[rule], rule in first, since))
                ]
            except NotFound:
                return
            if not failures:
                pause = FIRST
                continue
            self._since = since
            self._tell(
                SyncFailed(
                    service=self.to.service,
                    container=self.to.name,
                    error=failures[0].message,
                    hint=failures[0].hint,
                    pending=self.pending,
                    again=pause,
                )
            )
            self._again.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._again.wait()
            except TimeoutError:
                pause = min(LONGEST, pause * 2)

    async def bring(self, rule: Rule, paths: set[str], replacing: Sequence[str] = ()) -> None:
        """Send these of a rule now, instead of `run`; what is there at `replacing` goes first."""
        if replacing:
            await remove(self._engine, self.to, [rule.place(path) for path in replacing])
        await self._send(rule, await self._sources.look(rule, paths), paths, time.perf_counter(), first=False)

    async def _bring(self, rule: Rule, paths: set[str], first: bool, since: float) -> DevboxError | None:
        """What stands in the way, the paths being owed again; no rule is held back by another."""
        try:
            seen = await self._sources.look(rule, paths)
            await self._send(rule, seen, paths, since, first=first)
        except (EngineLost, NotFound):
            raise
        except DevboxError as error:
            self.changed(rule, paths, first=first)
            return error
        acted = self._acted.setdefault(rule, Ledger())
        fresh = acted.lacks(seen)
        acted.note(fresh, self._now())
        if fresh and not first:
            changed = frozenset((*(path for path, _ in fresh.write), *fresh.delete))
            self._then(rule, changed, self.to, since)
        return None

    async def _send(
        self, rule: Rule, seen: Mapping[str, Entry | None], paths: set[str], since: float, *, first: bool
    ) -> None:
        wanted = {rule.place(path): (path, entry) for path, entry in seen.items()}
        grounds = {path: self.to.place(path) for path in wanted}
        size = 0
        written: list[str] = []
        deleted: list[str] = []
        unread: dict[str, str] = {}
        for where, group in groupby(sorted(wanted, key=lambda path: _order(grounds[path])), key=grounds.__getitem__):
            if where.ground is Ground.BIND:
                continue
            ledger, lock = self._ledger(where)
            there = {path: wanted[path][1] for path in group}
            for path in ledger.below((rule.place(path) for path in paths), rule.root):
                there.setdefault(path, None)  # a folder that took the place of another: what it has not got is gone
            async with lock:
                lack = ledger.lacks(there)
                if where.ground is Ground.READ_ONLY and lack:
                    raise DevboxError(
                        f"{rule.target} is on {where.ground.value}.",
                        hint="Let the rule's target be a volume or a tmpfs, or the root file system be writable.",
                    )
                # A save by renaming leaves a name that is gone: the file itself need not wait for that.
                early = lack.in_the_way()
                await self._remove(early, ledger, rule)
                for part in _parts(lack.write):
                    files = [(_host(rule, wanted[path][0]), _name(path, where), entry) for path, entry in part]
                    packed = self._sources.pack(files, self.to.owner)
                    await write(self._engine, self.to, where, packed)
                    names = {_name(path, where): path for path, _ in part}
                    came = tuple((names[name], entry) for name, entry in packed.entries.items())
                    ledger.note(Lack(write=came), self._now(), rule.root)
                    written += [path for path, _ in came]
                    size += sum(entry.size for _, entry in came)
                    unread |= {_host(rule, wanted[names[name]][0]): why for name, why in packed.unread.items()}
                await self._remove([path for path in lack.delete if path not in early], ledger, rule)
                deleted += lack.delete
        if written or deleted or unread:
            self._tell(
                Synced(
                    service=self.to.service,
                    container=self.to.name,
                    paths=tuple(written),
                    deleted=tuple(deleted),
                    size=size,
                    seconds=time.perf_counter() - since,
                    initial=first,
                    follows=rule.reload is not None,
                    unread=tuple(unread.items()),
                )
            )

    async def _remove(self, paths: Sequence[str], ledger: Ledger, rule: Rule) -> None:
        if paths:
            await remove(self._engine, self.to, paths)
            ledger.note(Lack(delete=tuple(paths)), self._now(), rule.root)

    def _ledger(self, where: Place) -> tuple[Ledger, asyncio.Lock]:
        if where.volume:
            return self._volumes.of(where.volume)
        return self._own.setdefault(where.base, (Ledger(), asyncio.Lock()))


def _order(where: Place) -> tuple[str, str, str]:
    return where.ground.value, where.base, where.volume


def _host(rule: Rule, path: str) -> str:
    return f"{rule.root.rstrip('/')}/{path}" if path else rule.root


def _name(path: str, where: Place) -> str:
    """The path as the archive has it: below the folder that it is unpacked in."""
    if where.ground is Ground.VOLUME:
        return path[len(where.base.rstrip("/")) + 1 :]
    return path.lstrip("/")


def _parts(write: Iterable[tuple[str, Entry]]) -> list[list[tuple[str, Entry]]]:
    """In parts that are packed at once, each of which holds at least one file."""
    found: list[list[tuple[str, Entry]]] = [[]]
    size = 0
    for path, entry in write:
        if size + entry.size > _CHUNK and found[-1]:
            found.append([])
            size = 0
        found[-1].append((path, entry))
        size += entry.size + 1024
    return [part for part in found if part]
