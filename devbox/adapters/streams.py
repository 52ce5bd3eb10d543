"""The engine's endless answers as sources of batches: events and logs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from devbox.adapters import translate
from devbox.adapters.exchange import Exchange
from devbox.adapters.failures import Garbled, root
from devbox.errors import EngineError, EngineLost
from devbox.logs.line import LogLine
from devbox.plan.observed import Container
from devbox.ports import EngineEvent

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.wire import Query, Wire

T = TypeVar("T")

EVENTS = {
    "type": ["container", "network", "volume", "image"],
    "event": [
        *(
            "create",
            "start",
            "restart",
            "stop",
            "die",
            "kill",
            "oom",
            "pause",
            "unpause",
            "destroy",
            "rename",
            "update",
        ),
        *("health_status", "pull", "tag", "untag", "delete", "load"),
    ],
}
"""What devbox listens to; left out above all are the three events of every exec, health probes among them."""

SMALL = 32 * 1024
PACE = 0.025
"""Seconds between two reads while small pieces of new lines keep coming: each wake-up costs more than its line."""


class EventSource:
    """Events of a project (None: of all). The first batch is empty and says that the subscription stands."""

    def __init__(self, api: Api, project: str | None, since: float | None) -> None:
        # The engine answers a moment before it subscribes; with a time given it sends again what fell in between.
        query: Query = {"filters": EVENTS, "since": moment(time.time() + api.ahead if since is None else since)}
        self._wire = api.wire
        self._exchange = self._wire.open("GET", "/events", query)
        self._project = project
        self._rest = b""
        self._first = True

    def read(self) -> list[EngineEvent] | None:
        if self._first:
            self._first = False
            return []
        data = _recv(self._wire, self._exchange)
        if not data:
            if self._exchange.closing:
                return None
            raise self._wire.lost(Garbled("its events ended"))
        *lines, self._rest = (self._rest + data).split(b"\n")
        spoken = (translate.event(json.loads(line)) for line in lines if line.strip())
        return [one for one in spoken if self._concerns(one)]

    def _concerns(self, event: EngineEvent) -> bool:
        """Networks, volumes and images do not tell their project in events, so all of theirs pass."""
        return self._project is None or event.kind != "container" or event.project == self._project

    def close(self) -> None:
        self._exchange.close()


class LogSource:
    """The output of one container, history first."""

    def __init__(self, api: Api, container: Container, query: Query, *, tty: bool, follow: bool) -> None:
        from devbox.adapters.frames import Frames, Lines, Text  # 4 ms that most verbs have no use for

        self._api = api
        self._follow = follow
        lines = Lines(container.service, container.name)
        self._parser = Text(lines) if tty else Frames(lines)
        try:
            self._exchange = api.wire.open("GET", f"/containers/{container.id}/logs", query)
        except EngineError as error:
            driver = container.detail.log_driver if container.detail else ""
            if isinstance(error, EngineLost) or error.status not in (500, 501):
                raise
            raise EngineError(
                f"The output of {container.name} cannot be read"
                + (f', its logging driver is "{driver}"' if driver else "")
                + f": {error.message}.",
                hint='Set its `logging.driver` to "local" or "json-file" to see it here.',
                status=error.status,
            ) from error
        self._closed = threading.Event()
        self._ended = False
        self._busy = False
        self._opened = time.time_ns()

    def read(self) -> Sequence[LogLine] | None:
        if self._ended:
            return None
        if self._busy:
            self._closed.wait(PACE)
        count = _guarded(self._api.wire, self._exchange, lambda: self._exchange.recv_into(self._parser.room()))
        if count:
            lines = self._parser.took(count)
            self._busy = count < SMALL and bool(lines) and lines[-1].time > self._opened
            return lines
        self._ended = True
        if self._follow and not self._exchange.closing:
            self._api.ping()  # a stream also ends when the engine goes away
        return self._parser.end()

    def close(self) -> None:
        self._closed.set()
        self._exchange.close()


def log_query(
    *, follow: bool, tail: int | None, since: float | None, until: float | None
) -> dict[str, str | int | bool]:
    """The parameters of a container's logs."""
    query: dict[str, str | int | bool] = {"stdout": True, "stderr": True, "timestamps": True, "follow": follow}
    query["tail"] = "all" if tail is None else tail
    if since is not None:
        query["since"] = moment(since)
    if until is not None:
        query["until"] = moment(until)
    return query


def moment(seconds: float) -> str:
    """Seconds since the epoch as the engine takes them, with nanoseconds."""
    return f"{seconds:.9f}"


def _recv(wire: Wire, exchange: Exchange) -> bytes:
    return _guarded(wire, exchange, exchange.recv)


def _guarded(wire: Wire, exchange: Exchange, read: Callable[[], T]) -> T:
    try:
        return read()
    except (OSError, Garbled) as error:
        raise wire.lost(error, exchange.connection) from root(error)
