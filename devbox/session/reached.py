"""What a listener needs of a service to let an editor in: its processes, and a pipe to the debug server of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from devbox.debug.dialect import DEBUGPY
from devbox.debug.model import Pair
from devbox.ports import Pipe
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A process with a debug server in it, in the container named; `pairs` are its paths, `type` is as in
    x-devbox."""

    container: str
    name: str
    pairs: tuple[Pair, ...]
    open: Callable[[], Awaitable[Pipe]]
    type: str = DEBUGPY


class Doorway(Protocol):
    """The way into a service's processes."""

    async def arrive(self, *, patient: bool, but: frozenset[str] = frozenset()) -> tuple[Reached, ...]:
        """Wait until the service runs, in other containers than those (by id), and reach at least one process;
        DevboxError where no way leads into it. `patient`: it has just ended or begun, so that what fails is
        tried again for a while."""
