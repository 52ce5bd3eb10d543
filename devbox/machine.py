"""What the session needs of this machine: protocols in core types only. Times are in seconds, sizes in bytes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from devbox.messages import Changes, Owner

if TYPE_CHECKING:  # each costs a command of the CLI that has no use for it 10-30 ms
    from devbox.compose.remote import Fetched, Remote
    from devbox.hardening.world import Inspector
    from devbox.sync.compare import Held
    from devbox.sync.entry import Entry
    from devbox.sync.rules import Rule
    from devbox.sync.stored import Key, Snapshot


class FileReader(Protocol):
    """What a load reads of the file system; errors are OSError."""

    def read(self, path: str) -> bytes: ...

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]: ...

    def stamp(self, path: str) -> int:
        """Another number whenever a name has come or gone in the folder `path`; 0 where it cannot be looked at."""

    def resolve(self, path: str) -> str:
        """The path with symbolic links followed; parts that do not exist are kept."""

    def fetch(self, remote: Remote) -> Fetched:
        """Something that lies elsewhere, as files here; RemoteFailed."""


class Packing(Protocol):
    """A tar that is made while it is read, anew each time; reading blocks."""

    entries: dict[str, Entry]
    """What came into it (name as asked for -> as it was read), known once it was read to its end."""
    unread: dict[str, str]
    """What could not be read (name -> why), likewise."""
    digests: dict[str, str]
    """Of those files that were read so soon after their change that the next one may bear the same time."""

    def __iter__(self) -> Iterator[bytes]: ...


class Sources(Protocol):
    """The files of this machine that rules of `develop.watch` mean. Paths are relative to a rule's root."""

    async def scan(self, rule: Rule) -> dict[str, Entry]:
        """All that the rule means."""

    async def look(self, rule: Rule, paths: Iterable[str]) -> dict[str, Entry | None]:
        """What lies at these paths now (None: nothing), as far as the rule means it; of folders all below them."""

    def pack(self, files: Sequence[tuple[str, str, Entry]], owner: Owner) -> Packing:
        """(absolute path, name in the archive, as it was seen) -> an archive of what lies there when it is read."""

    async def digests(self, paths: Iterable[str]) -> Mapping[str, str]:
        """absolute path of a file -> the digest of its content, as `Packing` has it; "": it is not there."""

    async def held(self, rule: Rule) -> Mapping[str, Held]:
        """All that the rule means, with its content."""

    def changes(self, roots: Sequence[str]) -> AsyncGenerator[Changes, None]:
        """What changes in or below these, at once; an empty one at first says that the watch stands.
        DevboxError where the system does not watch that many."""

    def ignore_file(self, folder: str) -> tuple[str, ...]:
        """The patterns of the .dockerignore in a build context."""


class Kept(Protocol):
    """What devbox remembers between its runs, by name ("debug/jobs-dev/breakpoints.json"), where it can."""

    def read(self, name: str) -> str:
        """What was written last; "" if nothing was."""

    def write(self, name: str, text: str) -> None:
        """In place of what was there, whole or not at all."""


class LedgerFiles(Protocol):
    """What was noted of copied files, kept from one run to the next; each for an engine (by its id) and a project.

    What is broken, or cannot be read or written, is not there; several processes may have the same at once."""

    async def keys(self, engine: str, project: str) -> Sequence[Key]:
        """Which ledgers there are."""

    async def load(self, engine: str, project: str, key: Key) -> Snapshot | None: ...

    async def store(self, engine: str, project: str, kept: Mapping[Key, Snapshot]) -> None:
        """Each with what another process has noted later than that."""

    async def drop(self, engine: str, project: str, keys: Iterable[Key]) -> None: ...


class Kit(Protocol):
    """debugpy as it is laid into containers, with the helper that loads it there."""

    @property
    def version(self) -> str: ...

    @property
    def oldest(self) -> tuple[int, int]:
        """The first Python that it runs on."""

    @property
    def name(self) -> str:
        """Another one for each content."""

    @property
    def archive(self) -> bytes:
        """A tar: listen.py, start/sitecustomize.py, lib/."""


class Finding(Protocol):
    """One line of `devbox doctor`."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def text(self) -> str: ...
    @property
    def remedy(self) -> str: ...


class Host(Protocol):
    """This machine: its engine's installation and what devbox needs of it. Blocking work runs off the loop."""

    async def engine_status(self) -> tuple[str, bool]:
        """One sentence on the engine, and whether it answers."""

    def installation(self) -> str:
        """What `engine start` would change on this machine, in words; "" if the engine's packages are there.
        DevboxError names the product to install where devbox does not install it."""

    async def install_engine(self, say: Callable[[str], None]) -> None: ...

    async def start_engine(self, say: Callable[[str], None]) -> None:
        """Start the daemon and wait until it answers; DevboxError with the last lines of its log otherwise."""

    async def stop_engine(self, say: Callable[[str], None]) -> None: ...

    async def examine(self) -> Sequence[Finding]:
        """What `devbox doctor` prints."""

    def inspector(self) -> Inspector: ...
