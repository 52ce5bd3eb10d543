"""What the main pane needs of a session, beyond State."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from devbox.logs.buffer import LogSource
from devbox.plan.observed import Container

if TYPE_CHECKING:  # only the Config tab needs it, once it is opened
    from devbox.compose.provenance import Explanation
    from devbox.compose.report import Path


class LogFeed(Protocol):
    """The logs of the project; other objects after a switch."""

    def buffer(self, service: str) -> LogSource: ...

    def merged(self) -> LogSource: ...

    def show(self, services: Iterable[str]) -> None:
        """Read the logs of these services and no others."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when lines arrived, at most 30 times a second; returns how to end it."""


class Feeds(Protocol):
    """A session as the main pane sees it."""

    @property
    def logs(self) -> LogFeed: ...

    def want_plan(self, wanted: bool) -> None: ...

    async def inspect(self, container: str) -> Container:
        """One container with its detail (DevboxError)."""

    def explain(self, path: Path) -> Iterator[Explanation]:
        """Where the values at or below `path` of State.project come from; none if there is nothing."""
