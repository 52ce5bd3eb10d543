"""One line of a container's output."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Stream(Enum):
    """Where a line came from; MARK is a line of devbox's own (restarted, lost, dropped n lines)."""

    STDOUT = "stdout"
    STDERR = "stderr"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class LogLine:
    """`text` is without its line end, decoded with replacement, its escape sequences left in (the view handles them);
    `time` in nanoseconds since the epoch, 0 if unknown; `partial`: cut at the longest line kept."""

    service: str
    container: str
    stream: Stream
    time: int
    text: str
    partial: bool = False
