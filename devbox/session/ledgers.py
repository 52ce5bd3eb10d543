"""The ledgers of the places of a project: one for each container's layer, tmpfs and volume, kept from run to run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from devbox.plan.observed import Container, Observed
from devbox.ports import Engine, LedgerFiles
from devbox.session.delivery import Destination
from devbox.sync.entry import Entry
from devbox.sync.ledger import Given, Ledger, Missed
from devbox.sync.place import Ground, Place
from devbox.sync.rules import Rule
from devbox.sync.stored import Key, ledger, snapshot

T = TypeVar("T")
_PAUSE = 2.0
"""Seconds for which notes are gathered before they are written."""
_LANDING = 60.0
"""Seconds for which what was broken off may still be writing."""


class Shelf:
    """The ledger of one place, which one at a time works on: containers may share a volume."""

    def __init__(self, key: Key, ledger: Ledger) -> None:
        self.key = key
        self.ledger = ledger
        self.kept = ledger.version
        """Which version of it is kept."""
        self._lock = asyncio.Lock()
        self._flying: set[asyncio.Task[Any]] = set()
        self._torn: dict[Rule, set[str]] = {}

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[Ledger, None]:
        """Nobody else writes to the place meanwhile, nor is anything still on its way there that was broken off."""
        async with self._lock:
            if self._flying:
                await asyncio.wait(self._flying, timeout=_LANDING)
            yield self.ledger

    async def whole(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it to its end, even if whoever waits for it is cancelled: the engine does not stop in the middle."""
        task = asyncio.ensure_future(work)
        self._flying.add(task)
        task.add_done_callback(self._landed)
        return await asyncio.shield(task)

    def tear(self, rule: Rule, paths: Iterable[str]) -> None:
        """The writing of these, relative to the rule's root, was broken off: a moment longer the container may go on
        unpacking what it has been sent, over what is done there next."""
        self._torn.setdefault(rule, set()).update(paths)

    def torn(self, rule: Rule) -> set[str]:
        """Those of a rule, once."""
        return self._torn.pop(rule, set())

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._flying.discard(task)
        if not task.cancelled():
            task.exception()


class Ledgers:
    """Read from `files` when they are first asked for, and written back when notes have been gathered for a while."""

    def __init__(self, files: LedgerFiles, project: str) -> None:
        self._files = files
        self._project = project
        self._engine = ""
        self._shelves: dict[Key, Shelf] = {}
        self._made: dict[str, str] = {}
        """volume -> when it was made"""
        self._stirred = asyncio.Event()

    async def begin(self, engine: Engine) -> Observed:
        """Work on this engine; what is of containers and volumes that are gone is dropped. What there is, in detail."""
        info, listed = await asyncio.gather(engine.info(), engine.observe(self._project, detail=True))
        id = info.id
        if id != self._engine:
            self._engine, self._shelves = id, {}
        keys = {*await self._files.keys(id, self._project), *self._shelves}
        named = sorted({key.name for key in keys if key.kind == "volume"})
        volumes = (await engine.observe(self._project, volumes=named)).volumes if named else listed.volumes
        self._made |= {one.name: str(one.body.get("CreatedAt", "")) for one in volumes}
        lives = {one.id: started(one) for one in listed.containers}
        gone = [key for key in keys if not self._lasts(key, lives)]
        for key in gone:
            self._shelves.pop(key, None)
        await self._files.drop(id, self._project, gone)
        return listed

    def _lasts(self, key: Key, lives: dict[str, str]) -> bool:
        match key.kind:
            case "layer":
                return key.name in lives
            case "tmpfs":
                return lives.get(key.name) == key.life
            case "volume":
                return self._made.get(key.name) == key.life
        return True

    async def meet(self, engine: Engine, to: Destination, rules: Iterable[Rule]) -> None:
        """Learn which volumes the rules mean in this container: others may bear their names since."""
        names = {where.volume for rule in rules for where in to.volumes(rule.target)}
        if names:
            volumes = (await engine.observe(self._project, volumes=sorted(names))).volumes
            self._made |= {one.name: str(one.body.get("CreatedAt", "")) for one in volumes}

    async def of(self, to: Destination, where: Place) -> Shelf:
        """The ledger of a place of this container."""
        if where.volume:
            made = self._made.get(where.volume, "")
            return await self._shelf(Key(kind="volume", name=where.volume, life=made, part=where.subpath))
        if where.ground is Ground.TMPFS:
            return await self._shelf(Key(kind="tmpfs", name=to.id, life=life(to.body), part=where.base))
        return await self._shelf(Key(kind="layer", name=to.id))

    async def state(self, to: Destination, rule: Rule) -> dict[str, Given]:
        """What of a rule is in this container as far as is known: path in the container -> as it was sent."""
        found = {}
        for where in (to.place(rule.target), *to.mounts(rule.target)):
            own = (await self.of(to, where)).ledger
            top = where.inner(rule.target) if _holds(where, rule) else "/"
            for path in (top, *own.below([top], rule.root)):
                given = own.given().get(path)
                if given is not None and given.entry is not None and given.root == rule.root:
                    found[where.outer(path)] = given
        return found

    async def missed(self, to: Destination, rule: Rule) -> dict[str, Missed]:
        """What of a rule could not be sent to this container: path in the container -> why."""
        found = {}
        for where in (to.place(rule.target), *to.mounts(rule.target)):
            for path, missed in (await self.of(to, where)).ledger.missed().items():
                if missed.root == rule.root and _holds_path(where.outer(path), rule):
                    found[where.outer(path)] = missed
        return found

    async def given(self, to: Destination, rule: Rule) -> list[str]:
        """The same as paths relative to the rule's root."""
        head = f"{rule.target.rstrip('/')}/"
        return [path.removeprefix(head) for path in await self.state(to, rule) if path != rule.target]

    async def doubt(self, to: Destination, rule: Rule, paths: Iterable[str]) -> None:
        """These of a rule are not there as they were sent."""
        for path in map(rule.place, paths):
            where = to.place(path)
            (await self.of(to, where)).ledger.unsettle([where.inner(path)])

    async def torn(self, to: Destination, rule: Rule) -> set[str]:
        """Of which paths the writing was broken off since this was asked last; they are not taken for sure any more."""
        found: set[str] = set()
        for where in (to.place(rule.target), *to.mounts(rule.target)):
            found |= (await self.of(to, where)).torn(rule)
        await self.doubt(to, rule, found)
        return found

    async def remember(self, rule: Rule, wanted: Mapping[str, Entry | None], at: float) -> None:
        """Keep what the next container of the service will lack: what was deleted, and what no initial sync brings."""
        lacked = {path: entry for path, entry in wanted.items() if not rule.initial or entry is None}
        if lacked:
            (await self._service(rule)).ledger.remember(lacked, at, rule.root)
            self.stir()

    async def remembered(self, rule: Rule) -> set[str]:
        """That, as paths relative to the rule's root."""
        given = (await self._service(rule)).ledger.given()
        head = f"{rule.target.rstrip('/')}/"
        mine = [path for path, one in given.items() if one.root == rule.root]
        found = {path.removeprefix(head) for path in mine if path.startswith(head)}
        return found | ({""} if rule.target in mine else set())

    async def _service(self, rule: Rule) -> Shelf:
        return await self._shelf(Key(kind="service", name=rule.service))

    def stir(self) -> None:
        """Something was noted."""
        self._stirred.set()

    async def keep(self) -> None:
        """Write what was noted, now and then, until cancelled."""
        while True:
            await self._stirred.wait()
            await asyncio.sleep(_PAUSE)
            self._stirred.clear()
            await self.save()

    async def save(self) -> None:
        """Write what was noted since."""
        stirred = {
            shelf: shelf.ledger.version for shelf in self._shelves.values() if shelf.ledger.version != shelf.kept
        }
        if stirred:
            kept = {shelf.key: snapshot(shelf.ledger) for shelf in stirred}
            await self._files.store(self._engine, self._project, kept)
        for shelf, version in stirred.items():  # not before: who is cancelled meanwhile writes it once more at the end
            shelf.kept = version

    def forget(self, container: str) -> None:
        """It is gone."""
        for key in [key for key in self._shelves if key.name == container]:
            del self._shelves[key]

    async def _shelf(self, key: Key) -> Shelf:
        if key not in self._shelves:
            found = await self._files.load(self._engine, self._project, key)
            self._shelves.setdefault(key, Shelf(key, ledger(found) if found else Ledger()))
        return self._shelves[key]


def _holds(where: Place, rule: Rule) -> bool:
    """Whether the rule's target lies in the place, and not the place below the target."""
    base = where.base.rstrip("/")
    return rule.target == base or rule.target.startswith(f"{base}/")


def _holds_path(path: str, rule: Rule) -> bool:
    return path == rule.target or path.startswith(f"{rule.target.rstrip('/')}/")


def life(body: Any) -> str:
    """When the process of a container began, by its inspect answer."""
    state = body.get("State")
    return str(state.get("StartedAt", "")) if isinstance(state, dict) else ""


def started(container: Container) -> str:
    """The same of one with its detail."""
    return life(container.detail.body) if container.detail else ""
