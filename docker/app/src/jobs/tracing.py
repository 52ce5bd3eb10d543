"""Who called whom: W3C Trace Context, from a request through the job it posts into the worker that does it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Literal

from jobs import logs
from jobs.settings import Settings

Kind = Literal["server", "consumer", "client"]
Value = str | int | float

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of work within a trace."""

    trace_id: str
    span_id: str

    @property
    def traceparent(self) -> str:
        """What is handed to whoever does the next piece."""
        return f"00-{self.trace_id}-{self.span_id}-01"

    def note(self, name: str, error: str = "", **attributes: Value) -> None:
        """Give it its final name, what is known at the end, and why it failed if it did."""


class Tracing:
    """Passes ids on, so that all logs of a trace bear them. Nothing is recorded, nothing is sent."""

    @contextmanager
    def span(self, name: str, kind: Kind, *, parent: str | None = None, **attributes: Value) -> Iterator[Span]:
        """A piece of work that goes on with the trace of that traceparent, or begins one."""
        known = _TRACEPARENT.fullmatch(parent or "")
        span = Span(known[1] if known else secrets.token_hex(16), secrets.token_hex(8))
        with logs.context(trace_id=span.trace_id, span_id=span.span_id):
            yield span

    def within(self, name: str, **attributes: Value) -> AbstractContextManager[object]:
        """A call of a database, as part of the piece of work around it; outside of any it is not recorded."""
        return nullcontext()

    def close(self) -> None:
        """Send what is left."""


def start(settings: Settings, service: str) -> Tracing:
    """Tracing as the settings want it. OpenTelemetry is not even imported where nothing is to be sent."""
    if not settings.traces_endpoint and not settings.logs_endpoint:
        return Tracing()
    from jobs.telemetry import Telemetry

    return Telemetry(settings, service)
