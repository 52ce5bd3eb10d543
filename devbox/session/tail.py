"""One container's output, from its history through every restart to its removal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing

from devbox.errors import Conflict, EngineError, EngineLost, NotFound
from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine
from devbox.session.link import Link
from devbox.session.resume import Resume

_LIVE = (RunState.RUNNING, RunState.PAUSED)
_SHORT, _LONG = 0.05, 2.0
_LOOK_BACK = 200


class Tail:
    """Reads into `buffer`; `look` tells it that the container's state changed, `gone` that it is no more.

    `history` is how many lines are read at first, `keep` how many at most when the log is resumed; `among` gives
    lines of the service back with devbox's own among them.
    """

    def __init__(
        self,
        container: Container,
        buffer: LogBuffer,
        *,
        link: Link,
        history: int,
        keep: int,
        among: Callable[[str, Sequence[LogLine]], Sequence[LogLine]],
        heard: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        self._container = container
        self._buffer = buffer
        self._link = link
        self._history = history
        self._keep = keep
        self._among = among
        self._heard = heard
        self._now = now
        self._changed = asyncio.Event()
        self._newest = 0
        self._ran: float | None = None
        """When the run that is being read started."""
        self._ended: float | None = None
        """When the last run whose end was marked ended."""

    def look(self) -> None:
        """Its state changed."""
        self._changed.set()

    async def run(self) -> None:
        """Read until the container is removed."""
        pause = _SHORT
        while True:
            engine = await self._link.connected()
            self._changed.clear()
            try:
                container = await engine.inspect(self._container.id)
                began = self._newest
                self._began(container)
                await self._read(engine, container)
                after = await engine.inspect(self._container.id)
            except EngineLost:
                await self._link.recovered()
                continue
            except NotFound:
                self.mark("removed", self._now())
                return
            except Conflict:  # it is being removed
                await self._changed.wait()
                continue
            except EngineError as error:
                self._tell(" ".join(str(error).splitlines()), self._now())
                await self._changed.wait()
                continue
            if after.state not in _LIVE:
                self._finished(after)
                await self._changed.wait()
                pause = _SHORT
            elif _started(after) == _started(container):
                # The stream ended but the container goes on: the engine is about to tell why, or dropped us.
                pause = _SHORT if self._newest > began else min(_LONG, pause * 2)
                await asyncio.sleep(pause)

    def mark(self, text: str, at: float) -> None:
        """A line of our own on what became of the container."""
        self._tell(f"{self._container.name} {text}", at)

    def _tell(self, text: str, at: float) -> None:
        line = LogLine(self._container.service, self._container.name, Stream.MARK, int(at * 1e9), text)
        # A tail that was ended and begun anew finds the same end of the same run again.
        if line not in self._buffer.slice(self._buffer.end - _LOOK_BACK, self._buffer.end):
            self._buffer.extend([line])
            self._heard()

    def _began(self, container: Container) -> None:
        started = _started(container)
        if started is None or container.state not in _LIVE or started == self._ran:
            return
        if self._ran is not None or self._ended is not None:
            self.mark("started again", started)
        self._ran = started

    def _finished(self, container: Container) -> None:
        detail = container.detail
        if detail is None or detail.finished is None or detail.finished == self._ended:
            return
        self._ended = detail.finished
        killed = ", out of memory" if detail.oom_killed else ""
        error = f": {detail.error}" if detail.error else ""
        self.mark(f"exited with code {detail.exit_code}{killed}{error}", detail.finished)

    async def _read(self, engine: Engine, container: Container) -> None:
        """Until the engine ends the stream: the container stopped, or never ran."""
        resume = Resume(self._buffer, container.name, self._newest)
        since = resume.since
        tail = self._history if since is None else self._keep
        async with aclosing(engine.logs(container, follow=True, tail=tail, since=since)) as stream:
            async for batch in stream:
                if lines := resume.fresh(batch):
                    self._newest = max(self._newest, lines[-1].time)
                    self._buffer.extend(self._among(self._container.service, lines))
                    self._heard()


def _started(container: Container) -> float | None:
    return container.detail.started if container.detail else None
