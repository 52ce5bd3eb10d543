"""Writing files into a running container, by the way that its file systems take."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from devbox.errors import EngineError, NotFound
from devbox.plan.observed import Container
from devbox.ports import Engine, ExecResult, Owner
from devbox.record import dataclass
from devbox.sync.place import Ground, Place, place, places_below

_NOT_FOUND = (126, 127)
"""Exit codes of an exec whose program is not in the image."""
_SUMMARY, _SHORT = "Exiting with failure status", "Wrote only"
"""What tar says last, whatever it was, and where there was space for a part."""
_ARGUMENTS = 32_000
"""Characters of paths given to one command."""
_REMOVE = """\
import json, os, shutil, sys
for path in json.loads(sys.argv[1]):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)
"""


class Grounds:
    """Where in a container paths lie; thousands are asked for at once, in few folders."""

    def __init__(self, body: Mapping[str, object]) -> None:
        self._body = body
        self._mounted = {one.base.rstrip("/") for one in places_below("/", body)}
        self._folders: dict[str, Place] = {}

    def of(self, path: str) -> Place:
        """What holds `path`."""
        if path in self._mounted:
            return place(path, self._body)
        folder = posixpath.dirname(path)
        if (found := self._folders.get(folder)) is None:
            found = self._folders[folder] = place(folder, self._body)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A running container as somewhere to write: `body` its inspect answer, `owner` whose files they shall be."""

    id: str
    name: str
    service: str
    body: Mapping[str, object]
    grounds: Grounds = field(compare=False)
    owner: Owner

    def place(self, path: str) -> Place:
        """Where in it `path` lies."""
        return self.grounds.of(path)

    def mounts(self, path: str) -> tuple[Place, ...]:
        """What is mounted somewhere below `path`."""
        return places_below(path, self.body)

    def volumes(self, path: str) -> tuple[Place, ...]:
        """The volumes that `path` lies in, or that are mounted below it."""
        found = (place(path, self.body), *places_below(path, self.body))
        return tuple(one for one in found if one.ground is Ground.VOLUME)


async def destination(engine: Engine, container: Container) -> Destination:
    """`container` (with its detail) as somewhere to write; files become those of the user that it runs as."""
    body = container.detail.body if container.detail else {}
    config = body.get("Config")
    user = str(config.get("User") or "") if isinstance(config, Mapping) else ""
    owner = await _owner(engine, container.id, user)
    return Destination(
        id=container.id,
        name=container.name,
        service=container.service,
        body=body,
        grounds=Grounds(body),
        owner=owner,
    )


async def _owner(engine: Engine, container: str, user: str) -> Owner:
    uid, _, gid = user.partition(":")
    if not user or (uid.isdigit() and gid.isdigit()):
        return Owner(uid=int(uid or 0), gid=int(gid or 0))
    numbers = [await _number(engine, container, flag) for flag in ("-u", "-g")]
    return Owner(uid=numbers[0], gid=numbers[1])


async def _number(engine: Engine, container: str, flag: str) -> int:
    """What `id` says of the container's user; 0 where the image has no such program."""
    try:
        told = await engine.exec(container, ("id", flag), timeout=10)
    except TimeoutError:
        return 0
    return int(told.output) if not told.exit_code and told.output.strip().isdigit() else 0


async def write(
    engine: Engine, to: Destination, where: Place, archive: Iterable[bytes], *, keep_folders: bool = False
) -> None:
    """Unpack `archive`, whose names are relative to `/`, where `where` is; EngineError says what is in the way.
    `keep_folders`: among that a folder in the place of a file."""
    if where.ground is Ground.TMPFS:  # which the engine's own copying does not see
        command = ("tar", "-x", "-p", "-f", "-", "-C", "/")
        told = await _exec(engine, to, command, user=_as(to.owner), stdin=archive, timeout=120)
        _check(told, f"Nothing can be written to the tmpfs {where.base}", "`tar`")
        return
    await engine.put_files(
        to.id, "/" if where.ground is Ground.LAYER else where.base, archive, keep_folders=keep_folders
    )


async def remove(engine: Engine, to: Destination, paths: Sequence[str]) -> None:
    """Remove `paths` with all that is in them; what is not there is no error."""
    for part in _parts(paths):
        told = await _delete(engine, to, part, user="0:0")
        if told.exit_code and told.exit_code not in _NOT_FOUND:
            # A root without capabilities (cap_drop) may do no more than others, and not what the owner may.
            told = await _delete(engine, to, part, user=_as(to.owner))
        if told.exit_code in _NOT_FOUND:
            part = [path for path in part if await _there(engine, to, path)]
            if not part:
                continue
        _check(told, f"{part[0]}{f' and {len(part) - 1} more' if part[1:] else ''} cannot be deleted", "`rm`")


async def _delete(engine: Engine, to: Destination, paths: Sequence[str], *, user: str) -> ExecResult:
    """By `rm` or Python, whichever the image has."""
    told = await _exec(engine, to, ("rm", "-rf", "--", *paths), user=user, timeout=60)
    for python in ("python3", "python"):
        if told.exit_code in _NOT_FOUND:
            command = (python, "-c", _REMOVE, json.dumps(paths))
            told = await _exec(engine, to, command, user=user, timeout=60)
    return told


async def _there(engine: Engine, to: Destination, path: str) -> bool:
    """Whether anything is at `path`, as far as one can see without a program of the image."""
    if to.place(path).ground is Ground.TMPFS:
        return True
    try:
        await engine.held(to.id, path)
    except NotFound:
        return False
    return True


async def _exec(
    engine: Engine,
    to: Destination,
    command: Sequence[str],
    *,
    user: str,
    timeout: float,
    stdin: Iterable[bytes] | None = None,
) -> ExecResult:
    try:
        return await engine.exec(to.id, command, user=user, stdin=stdin, timeout=timeout)
    except TimeoutError:
        raise EngineError(f"`{command[0]}` did not end within {timeout:.0f} s.") from None


def _parts(paths: Sequence[str]) -> list[list[str]]:
    """The paths in lists that each fit on a command line."""
    found: list[list[str]] = [[]]
    length = 0
    for path in paths:
        if length + len(path) > _ARGUMENTS and found[-1]:
            found.append([])
            length = 0
        found[-1].append(path)
        length += len(path) + 3
    return [part for part in found if part]


def _as(owner: Owner) -> str:
    return f"{owner.uid}:{owner.gid}"


def _check(told: ExecResult, failed: str, program: str) -> None:
    if not told.exit_code:
        return
    if told.exit_code in _NOT_FOUND:
        raise EngineError(
            f"{failed}: the image has no {program}.", hint="Mount a volume there, or put it into the image."
        )
    said = told.output.strip().splitlines() or [f"exit code {told.exit_code}"]
    why = next((line for line in reversed(said) if _SUMMARY not in line), said[-1])
    raise EngineError(f"{failed}: {why}{': No space left on device' if _SHORT in why else ''}")
