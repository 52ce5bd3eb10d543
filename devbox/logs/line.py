"""One line of a container's output."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Stream(Enum):
    """Where a line came from; MARK is a line of devbox's own (restarted, lost, dropped n lines)."""

    STDOUT = "stdout"
    STDERR = "stderr"
    MARK = "mark"


class LogLine(NamedTuple):
    """`text` is without its line end, decoded with replacement, its escape sequences left in (the view handles them);
    `time` in nanoseconds since the epoch, 0 if unknown; `partial`: cut at the longest line kept.

    A tuple, since a flood makes 60,000 a second: 0.2-0.6 us each, where a frozen dataclass takes 1.4.
    """

    service: str
    container: str
    stream: Stream
    time: int
    text: str
    partial: bool = False
