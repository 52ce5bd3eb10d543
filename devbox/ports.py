"""What the session needs of the world outside: protocols in core types only.

Every method that talks to an engine may raise EngineLost (it went away), and the EngineError family of devbox.errors.
Times are in seconds, sizes in bytes, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from devbox.machine import FileReader as FileReader
from devbox.machine import Finding as Finding
from devbox.machine import Host as Host
from devbox.machine import Kept as Kept
from devbox.machine import Kit as Kit
from devbox.machine import LedgerFiles as LedgerFiles
from devbox.machine import Packing as Packing
from devbox.machine import Sources as Sources
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
    from devbox.environments.secret_file import SecretFiles
    from devbox.logs.line import LogLine
    from devbox.plan.observed import Binding, Container, Observed, ObservedImage, RunningProject
    from devbox.plan.steps import ContainerSpec
    from devbox.settings import Settings
    from devbox.sync.compare import Held


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


class Builder(Protocol):
    """Makes images: BuildKit where it is to be had, the classic builder elsewhere."""

    def build(self, request: BuildRequest) -> AsyncGenerator[list[Progress], None]:
        """Build and tag; BuildFailed with the last lines and the whole log's path."""


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
