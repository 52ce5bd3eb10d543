"""What the session needs of the world outside: protocols in core types only.

Every method that talks to an engine may raise EngineLost (it went away), and the EngineError family of devbox.errors.
Times are in seconds, sizes in bytes, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from devbox.messages import BuildRequest as BuildRequest
from devbox.messages import Changes as Changes
from devbox.messages import EngineEvent as EngineEvent
from devbox.messages import EngineInfo as EngineInfo
from devbox.messages import ExecResult as ExecResult
from devbox.messages import Owner as Owner
from devbox.messages import Progress as Progress
from devbox.messages import Sample as Sample
from devbox.record import dataclass

if TYPE_CHECKING:  # each costs a command of the CLI that has no use for it 10-30 ms
    from devbox.compose.model import Network, Volume
    from devbox.compose.remote import Fetched, Remote
    from devbox.environments.secret_file import SecretFiles
    from devbox.hardening.world import Inspector
    from devbox.logs.line import LogLine
    from devbox.plan.observed import Binding, Container, Observed, ObservedImage, RunningProject
    from devbox.plan.steps import ContainerSpec
    from devbox.settings import Settings
    from devbox.sync.compare import Held
    from devbox.sync.entry import Entry
    from devbox.sync.rules import Rule
    from devbox.sync.stored import Key, Snapshot


class Pipe(Protocol):
    """A two-way stream of bytes. One reader and one writer at a time; either may be cancelled without losing bytes."""

    @property
    def said(self) -> str:
        """The last of what the other side wrote to stderr."""

    async def read(self) -> bytes:
        """Some bytes, waiting for the first; b"" at the end, also after `close`. EngineLost."""

    async def write(self, data: bytes) -> None:
        """All of `data`; EngineError where nobody reads it any more."""

    async def close(self) -> None: ...


class Engine(Protocol):
    """A Docker Engine. Closed by `close()`, which ends every stream that is still open."""

    async def info(self) -> EngineInfo:
        """Ask the engine who it is (NoEngine if nobody answers)."""

    async def close(self) -> None: ...

    @property
    def ahead(self) -> float:
        """Seconds by which its clock, by which all its times are, is ahead of this machine's."""

    # What is there
    async def observe(
        self,
        project: str,
        *,
        images: Sequence[str] = (),
        networks: Sequence[str] = (),
        volumes: Sequence[str] = (),
        ports: Sequence[Binding] = (),
        detail: bool = False,
    ) -> Observed:
        """List what bears the project's label, with the images, networks and volumes named here if they exist.

        Of the host `ports` those are told too that a process of this machine holds and no container.
        With `detail` every container is inspected; without, only those that do not run. One-offs are included."""

    async def projects(self) -> tuple[RunningProject, ...]:
        """Every Compose project with a container on this engine, by name."""

    async def inspect(self, container: str) -> Container:
        """One container with its detail (NotFound)."""

    async def image(self, reference: str) -> ObservedImage | None: ...

    # Making and unmaking
    async def create_network(self, network: Network, labels: Mapping[str, str]) -> str: ...

    async def remove_network(self, name: str) -> None: ...
    async def create_volume(self, volume: Volume, labels: Mapping[str, str]) -> None: ...
    async def remove_volume(self, name: str) -> None: ...

    async def tag_image(self, image: str, reference: str) -> None:
        """Give the image (id or reference; NotFound) another name, REPOSITORY:TAG, which another may have had."""

    async def remove_image(self, reference: str) -> None: ...

    async def create_container(self, spec: ContainerSpec) -> str:
        """Create it, connect `extra_networks`, copy `files` in; returns the id. Nothing is left if a part fails."""

    async def start(self, container: str) -> None: ...
    async def stop(self, container: str, timeout: float | None = None) -> None: ...
    async def restart(self, container: str, timeout: float | None = None) -> None: ...
    async def kill(self, container: str, signal: str = "SIGKILL") -> None: ...
    async def pause(self, container: str) -> None: ...
    async def unpause(self, container: str) -> None: ...

    async def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove it; one that is already gone or going is no error."""

    async def rename(self, container: str, name: str) -> None: ...

    async def wait(self, container: str) -> int:
        """Wait until it does not run; its exit code."""

    async def put_files(
        self, container: str, directory: str, archive: bytes | Iterable[bytes], *, keep_folders: bool = False
    ) -> None:
        """Unpack the tar `archive` below `directory`; a tmpfs is not seen, a read-only root file system refuses it.
        `keep_folders`: it is refused where a file would take the place of a folder, or the other way round."""

    async def held(self, container: str, path: str, *, inside: bool = False) -> Mapping[str, Held]:
        """What lies at and below the absolute `path`, which may itself be a file ("") -> by paths relative to it;
        NotFound where there is nothing. `inside`: read by the container's own tar, which sees a tmpfs."""

    async def read_file(self, container: str, path: str) -> bytes:
        """What the file at the absolute `path` holds, links followed; NotFound where there is nothing (a tmpfs is not
        seen), EngineError where it is a folder or bigger than 32 MiB."""

    # Inside a container
    async def exec(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        workdir: str = "",
        environment: Mapping[str, str | None] | None = None,
        privileged: bool = False,
        stdin: bytes | Iterable[bytes] | None = None,
        timeout: float | None = None,
    ) -> ExecResult:
        """Run to the end; TimeoutError after `timeout` seconds (the process may go on inside)."""

    async def pipe(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        environment: Mapping[str, str | None] | None = None,
        privileged: bool = False,
    ) -> Pipe:
        """Run it with its stdin and stdout joined to the pipe."""

    async def interact(
        self,
        container: str,
        command: Sequence[str],
        *,
        tty: bool = True,
        user: str = "",
        workdir: str = "",
        environment: Mapping[str, str | None] | None = None,
    ) -> int:
        """Exec with this process's own terminal (raw mode, resized along, restored after); the exit code."""

    async def attach(self, container: str, *, tty: bool, stdin: bool) -> int:
        """Start a created container with this process's own terminal attached; the exit code."""

    # Streams: batches as they come, ended by closing them (aclosing) or by the engine
    def events(self, project: str | None = None, since: float | None = None) -> AsyncGenerator[list[EngineEvent], None]:
        """The engine's events of a project (None: of all). The first batch, maybe empty, says that it is subscribed.
        A hint only: the engine drops events for a slow reader."""

    def logs(
        self,
        container: Container,
        *,
        follow: bool = True,
        tail: int | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> AsyncGenerator[Sequence[LogLine], None]:
        """The container's output with times; TTY framing is decided from `container.detail` (inspected if absent).
        Raises EngineError with a clear text where the logging driver cannot be read."""

    def pull(self, reference: str, platform: str = "") -> AsyncGenerator[list[Progress], None]:
        """Pull an image; PullFailed says why and what to do."""

    async def sample(self, container: str) -> Sample | None:
        """One reading (None: it does not run)."""


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


class Builder(Protocol):
    """Makes images: BuildKit where it is to be had, the classic builder elsewhere."""

    def build(self, request: BuildRequest) -> AsyncGenerator[list[Progress], None]:
        """Build and tag; BuildFailed with the last lines and the whole log's path."""


class FileReader(Protocol):
    """What a load reads of the file system; errors are OSError."""

    def read(self, path: str) -> bytes: ...

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]: ...

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Everything devbox is given of the world, put together in devbox.main."""

    environ: Mapping[str, str]
    cwd: str
    settings: Settings
    files: FileReader
    secrets: Callable[[], SecretFiles]
    connect: Callable[[str], Awaitable[Engine]]
    """context name ("": as the docker CLI would choose) -> a connected engine; NoEngine says what to do."""
    builder: Callable[[Engine], Builder]
    sources: Callable[[], Sources]
    """This machine's files, for rules of `develop.watch`."""
    kept: Callable[[], Kept]
    kit: Callable[[], Kit]
    ledgers: Callable[[], LedgerFiles]
    """Where it is kept what was copied."""
    host: Callable[[str], Host]
    """context name, as for `connect` -> this machine as that context sees it."""
    now: Callable[[], float]
    """Seconds since the epoch."""
