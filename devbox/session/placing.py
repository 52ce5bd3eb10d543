"""What of a rule is to be in one place of a container: deleted, written, and noted in the place's ledger."""

from __future__ import annotations

import asyncio
import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from devbox.errors import Conflict, DevboxError, EngineLost, NotFound
from devbox.ports import Engine, Sources
from devbox.session.delivery import Destination, remove, write
from devbox.session.ledgers import Shelf
from devbox.session.turns import turns
from devbox.sync.entry import Entry, Kind
from devbox.sync.ledger import Given, Lack, Ledger, outermost
from devbox.sync.place import Ground, Place
from devbox.sync.rules import Rule

Wanted = Mapping[str, tuple[str, Entry | None]]
"""path in the container -> (path relative to the rule's root, what the host has there)"""
_PART, _PART_FILES = 64 * 1024 * 1024, 10_000
"""Bytes and files sent at once: the engine takes 30 ms to begin with each part, and what is in none is noted as sent.
"""
_TRIES = 60
"""Attempts at most to find out which of many files it is that cannot be written."""


@dataclass(slots=True)
class Sent:
    """What was done, by paths in the container."""

    written: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    size: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    """path on the host -> why it could not be read"""
    failed: dict[str, DevboxError] = field(default_factory=dict)
    """What is not there, and what is in the way."""
    state: dict[str, Given] = field(default_factory=dict)
    """What the container has now of what was asked for, as far as is known."""

    def __bool__(self) -> bool:
        return bool(self.written or self.deleted or self.unread)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """`there` is what the rule wants in the place `where`, by the place's own paths; None: nothing."""

    engine: Engine
    sources: Sources
    to: Destination
    now: Callable[[], float]
    rule: Rule
    where: Place
    shelf: Shelf
    wanted: Wanted
    there: Mapping[str, Entry | None]
    sent: Sent

    @property
    def _ledger(self) -> Ledger:
        return self.shelf.ledger

    async def look(self) -> None:
        """Tell what the place has now."""
        given = self._ledger.given()
        async for part in turns(self.there):
            self.sent.state.update((self.where.outer(path), given[path]) for path in part if path in given)

    async def settle(self) -> None:
        """Make good what it lacks."""
        lack = self._ledger.lacks(self.there)
        if not lack:
            return
        if self.where.ground is Ground.READ_ONLY:
            error = DevboxError(
                f"{self.rule.target} is on {self.where.ground.value}.",
                hint="Let the rule's target be a volume or a tmpfs, or the root file system be writable.",
            )
            self._fail((*(path for path, _ in lack.write), *lack.delete), error)
            return
        mounts = [one.base for one in self.to.mounts(self.where.outer(self.where.inner(self.rule.target)))]
        held = _held(lack, [self.where.inner(mount) for mount in mounts], self.where)
        for path, mount in held.items():
            self._fail([path], _mounted(self.where.outer(path), mount))
        delete = [path for path in lack.delete if path not in held]
        # A save by renaming leaves a name that is gone: the file itself need not wait for that.
        early = set(lack.in_the_way())
        tries = [_TRIES]
        await self._delete([path for path in delete if path in early], mounts, tries)
        fresh = await self._new(self._free([one for one in lack.write if one[0] not in held]))
        leaving = {path for path, entry in fresh if _leaves(self.where, path, entry)}
        for part in _parts(one for one in fresh if one[0] not in leaving):
            await self._write(part, self.where, tries)
        if leaving:  # which the engine takes for an attack where it unpacks into the volume alone
            root = self.to.place("/").ground
            by = Place(ground=Ground.LAYER if root is Ground.LAYER else Ground.TMPFS, base="/")
            await self._write([one for one in fresh if one[0] in leaving], by, tries)
        await self._delete([path for path in delete if path not in early], mounts, tries)

    def _free(self, write: list[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
        """Without what lies where something could not be deleted."""
        failed = {self.where.inner(path): error for path, error in self.sent.failed.items()}
        found = []
        for path, entry in write if failed else ():
            blocked = next((failed[head] for head in (path, *above(path)) if head in failed), None)
            if blocked is None:
                found.append((path, entry))
            else:
                self._fail([path], blocked)
        return found if failed else write

    async def _new(self, write: list[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
        """Without what turns out to have the content that was sent already."""
        given = self._ledger.given()
        doubts = self._ledger.doubts(path for path, entry in write if path in given and given[path].entry == entry)
        if not doubts:
            return write
        digests = await self.sources.digests(self._host(path) for path in doubts)
        same = {path for path, digest in doubts.items() if digests.get(self._host(path)) == digest}
        self._ledger.note(Lack(write=tuple(one for one in write if one[0] in same)), self.now(), self.rule.root, doubts)
        return [one for one in write if one[0] not in same]

    async def _write(
        self, part: list[tuple[str, Entry]], by: Place, tries: list[int], *, cleared: bool = False
    ) -> None:
        """`by`: from where the engine is to see what it unpacks; `cleared`: no folder is in the way of it."""
        own = by is self.where
        names = {(path if own else self.where.outer(path)).lstrip("/"): path for path, _ in part}
        files = [(self._host(path), name, entry) for (path, entry), name in zip(part, names, strict=True)]
        now, root = self.now(), self.rule.root
        packed = self.sources.pack(files, self.to.owner)
        self._ledger.intend(part, now, root)
        # Where a rule for one file names a folder of the container, it means something else than its end.
        alone = self.where.outer(part[0][0]) == self.rule.target
        try:
            await self.shelf.whole(write(self.engine, self.to, by, packed, keep_folders=alone))
        except (EngineLost, asyncio.CancelledError):
            self.shelf.tear(self.rule, (self.wanted[self.where.outer(path)][0] for path, _ in part))
            raise
        except Conflict:
            raise
        except DevboxError as error:
            await self._must_be_there(error)
            tries[0] -= 1
            # A folder that nobody knew of may be in the way, and what was written of a file takes room of others.
            if len(part) == 1 and not alone and await self._cleared(*part[0]) and not cleared:
                await self._write(part, by, tries, cleared=True)
                return
            if alone and not error.hint:
                error = DevboxError(error.message, hint=_file_in(self.rule))
            if len(part) == 1 or tries[0] < 0:
                self._fail([path for path, _ in part], error)
                return
            half = len(part) // 2
            await self._write(part[:half], by, tries)
            await self._write(part[half:], by, tries)
            return
        came = tuple((names[name], entry) for name, entry in packed.entries.items())
        digests = {names[name]: digest for name, digest in packed.digests.items()}
        self._ledger.note(Lack(write=came), now, root, digests, unsure=digests)
        for name, why in packed.unread.items():
            self._ledger.miss([names[name]], why, now, root)
            self.sent.unread[self._host(names[name])] = why
        self.sent.written += [self.where.outer(path) for path, _ in came]
        self.sent.size += sum(entry.size for _, entry in came)

    async def _must_be_there(self, error: DevboxError) -> None:
        """NotFound may be about the container, or about a folder in it, or about a command that was run in it."""
        if isinstance(error, NotFound):
            await self.engine.inspect(self.to.id)

    async def _cleared(self, path: str, entry: Entry) -> bool:
        """Whether nothing is in the place of a file any more."""
        if entry.kind is Kind.FOLDER:
            return False
        try:
            await self.shelf.whole(remove(self.engine, self.to, [self.where.outer(path)]))
        except (EngineLost, Conflict):
            raise
        except DevboxError:
            return False
        self._ledger.note(Lack(delete=(path,)), self.now(), self.rule.root)
        return True

    async def _delete(self, paths: list[str], mounts: list[str], tries: list[int]) -> None:
        """Not what is mounted there, nor what is mounted in it: that is no copy of ours."""
        going: list[str] = []
        kept = {self.where.inner(path) for mount in mounts for path in (mount, *above(mount))} if mounts else set()
        for path in paths:
            if path not in kept:
                going.append(path)
                continue
            inside = self._ledger.below([path], self.rule.root)
            going += outermost(inner for inner in inside if inner not in kept)
            self._ledger.leave([path, *(inner for inner in inside if inner in kept)], self.now())
        if going:
            await self._remove(going, tries)

    async def _remove(self, paths: list[str], tries: list[int]) -> None:
        outer = [self.where.outer(path) for path in paths]
        self._ledger.unsettle(paths, below=True)  # it may be broken off in the middle
        try:
            await self.shelf.whole(remove(self.engine, self.to, outer))
        except (EngineLost, Conflict):
            raise
        except DevboxError as error:
            await self._must_be_there(error)
            tries[0] -= 1
            if len(paths) == 1 or tries[0] < 0:
                self._fail(paths, error)
                return
            half = len(paths) // 2
            await self._remove(paths[:half], tries)
            await self._remove(paths[half:], tries)
            return
        self._ledger.note(Lack(delete=tuple(paths)), self.now(), self.rule.root)
        self.sent.deleted += outer

    def _fail(self, paths: Iterable[str], error: DevboxError) -> None:
        failed = list(paths)
        self._ledger.miss(failed, error.message, self.now(), self.rule.root)
        self.sent.failed.update((self.where.outer(path), error) for path in failed)

    def _host(self, path: str) -> str:
        """The path on this machine behind a path of the place."""
        inside = self.wanted[self.where.outer(path)][0]
        return f"{self.rule.root.rstrip('/')}/{inside}" if inside else self.rule.root


def _held(lack: Lack, mounts: list[str], where: Place) -> dict[str, str]:
    """What would be no folder any more though something is mounted there or in it -> what is."""
    if not mounts and all(where.outer(path) != where.base for path, _ in lack.write):
        return {}
    found = {}
    for path, entry in lack.write:
        inside = [mount for mount in mounts if mount == path or mount.startswith(f"{path}/")]
        if where.outer(path) == where.base:
            inside.append(path)
        if entry.kind is not Kind.FOLDER and inside:
            found[path] = where.outer(inside[0])
    return found


def _leaves(where: Place, path: str, entry: Entry) -> bool:
    """Whether it is a link out of a volume by way of the folder above."""
    if not where.volume or entry.kind is not Kind.LINK or entry.link.startswith("/"):
        return False
    return posixpath.normpath(f".{posixpath.dirname(path)}/{entry.link}").startswith("..")


def _file_in(rule: Rule) -> str:
    """What to do where the target of a rule for one file is a folder."""
    return f"If {rule.target} is a folder there, name the file: {rule.target}/{posixpath.basename(rule.root)}"


def _mounted(path: str, mount: str) -> DevboxError:
    return DevboxError(
        f"{path} is no folder here, but in the container {'something' if mount == path else mount} is mounted there.",
        hint="Mount it elsewhere, or let the rule ignore that path.",
    )


def above(path: str) -> list[str]:
    """The folders that a path lies in."""
    parts = path.split("/")
    return ["/".join(parts[:count]) or "/" for count in range(1, len(parts))]


def _parts(write: Iterable[tuple[str, Entry]]) -> list[list[tuple[str, Entry]]]:
    """In parts that are packed at once, each of which holds at least one file."""
    found: list[list[tuple[str, Entry]]] = [[]]
    size = 0
    for path, entry in write:
        if found[-1] and (size + entry.size > _PART or len(found[-1]) == _PART_FILES):
            found.append([])
            size = 0
        found[-1].append((path, entry))
        size += entry.size
    return [part for part in found if part]
