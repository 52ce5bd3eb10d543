"""How serious a log line says it is."""

from __future__ import annotations

import re
from enum import IntEnum


class Level(IntEnum):
    """In rising order; UNKNOWN where the line does not tell."""

    UNKNOWN = 0
    DEBUG = 1
    INFO = 2
    WARNING = 3
    ERROR = 4


_WORDS = {
    "trace": Level.DEBUG,
    "debug": Level.DEBUG,
    "info": Level.INFO,
    "notice": Level.INFO,
    "log": Level.INFO,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "err": Level.ERROR,
    "error": Level.ERROR,
    "critical": Level.ERROR,
    "fatal": Level.ERROR,
    "panic": Level.ERROR,
}
_LONGEST_PREFIX = 400

_FIELD = re.compile(r"""["']?\b(?:level|severity|levelname|log\.level)["']?\s*[=:]\s*["']?([A-Za-z]+)""", re.IGNORECASE)
_WORD = re.compile(
    r"\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|CRITICAL|FATAL|PANIC)\b"
    r"|^\s*\[?(trace|debug|info|notice|warn|warning|err|error|critical|fatal|panic)\]?:?\s"
    r"|\[(trace|debug|info|notice|warn|warning|err|error|critical|fatal|panic)\]"
    r"|\b(LOG|PANIC|FATAL|ERROR|WARNING):  "  # PostgreSQL
)


def level(text: str) -> Level:
    """The level that `text` (without escape sequences) names in a field (level=warn, "level": "error") or as a word."""
    head = text[:_LONGEST_PREFIX]
    if field := _FIELD.search(head):
        found = _WORDS.get(field[1].lower())
        if found is not None:
            return found
    if word := _WORD.search(head):
        return _WORDS[next(group for group in word.groups() if group).lower()]
    return Level.UNKNOWN
