"""Logs for machines: one JSON object a line on stdout, the fields of `extra={...}` beside the message."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_ORDINARY = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}

_NOTHING: Mapping[str, str] = {}
_context: ContextVar[Mapping[str, str]] = ContextVar("context", default=_NOTHING)


@contextmanager
def context(**fields: str | None) -> Iterator[None]:
    """Put these fields into every line that is written inside, in this task and in those it starts."""
    told = {name: value for name, value in fields.items() if value}
    token = _context.set({**_context.get(), **told})
    try:
        yield
    finally:
        _context.reset(token)


def extra(record: logging.LogRecord) -> dict[str, object]:
    """The fields of a record: of its context first, then what the caller added."""
    own = {name: value for name, value in vars(record).items() if name not in _ORDINARY}
    return {**_context.get(), **own}


def traceback_of(record: logging.LogRecord) -> str:
    """The traceback of the exception that a record is about."""
    return logging.Formatter().formatException(record.exc_info) if record.exc_info else ""


class JsonLines(logging.Formatter):
    """ts (UTC, ISO 8601), level, logger, message, the fields, then the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(extra(record))
        if record.exc_info:
            line["traceback"] = traceback_of(record)
        return json.dumps(line, ensure_ascii=False, default=str)


class Seldom(logging.Filter):
    """Lets a record through, and then none for so many seconds: for who repeats itself in other words."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._silent_until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.created < self._silent_until:
            return False
        self._silent_until = record.created + self._seconds
        return True


def configure(level: str) -> None:
    """Send everything that is logged in this process to stdout."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    # Both report every reconnection attempt at length; what matters of it is logged by us.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    for name in ("urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.WARNING)
