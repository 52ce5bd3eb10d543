"""Lines for the tests."""

from __future__ import annotations

from devbox.logs.line import LogLine, Stream


def line(text: str, time: int = 0, service: str = "api", stream: Stream = Stream.STDOUT) -> LogLine:
    return LogLine(service, f"{service}-1", stream, time, text)


def texts(lines: list[LogLine]) -> list[str]:
    return [one.text for one in lines]
