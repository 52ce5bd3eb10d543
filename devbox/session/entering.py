"""How the debugger comes to a container's processes, as far as the one who attaches needs to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from devbox.compose.model import Service
from devbox.debug.model import Source, Way
from devbox.debug.paths import Paths
from devbox.errors import DevboxError
from devbox.plan.observed import Container
from devbox.ports import Pipe


class NotPython(DevboxError):
    """No debugger gets in, and the debug helper would change nothing: it is Python's."""


class Ended(DevboxError):
    """The container does not run any more, or was begun again meanwhile."""


class Door(Protocol):
    """A debug server inside a container, and the process it is of."""

    @property
    def pid(self) -> int: ...
    @property
    def name(self) -> str: ...


class Entrance(Protocol):
    """What was opened in a container."""

    @property
    def way(self) -> Way: ...
    @property
    def doors(self) -> Sequence[Door]: ...


class Entering(Protocol):
    """The way into containers, on the engine that is there."""

    async def enter(self, container: Container, service: Service, tell: Callable[[str], None]) -> Entrance:
        """Have debug servers listen in the container; DevboxError says why no way applies, and what to do: NotPython
        where none of its processes is, Ended where it may do so the next time."""

    async def open(self, entrance: Entrance, door: Door) -> Pipe:
        """A connection to one."""

    async def paths(self, container: Container, service: Service) -> Paths:
        """Which files of this machine are its files."""

    async def read(self, container: str, source: Source) -> str:
        """The text of a file: this machine's, else the container's. DevboxError where neither has it."""
