"""The raw log stream of a container -> tagged lines with times.

Without a TTY the engine sends frames: a head of eight bytes (stream, three zeros, length) and the payload; else text.
Every message starts with its time (`timestamps=1`); a line of more than 16 KiB is several messages, each with a time.
"""

from __future__ import annotations

import calendar
import re
import struct
from collections.abc import Sequence

from devbox.adapters.packed import pack
from devbox.errors import EngineError
from devbox.logs.line import LogLine, Stream

BUFFER = 256 * 1024
LINE_LIMIT = 32 * 1024
"""Bytes of a line that are kept."""
MESSAGE = 16 * 1024
"""Bytes of a line the engine's own copier puts into one message."""
FRAME_LIMIT = 64 * 1024 * 1024

_TIME = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)) ?")
_line = tuple.__new__
"""LogLine's own constructor costs three times as much."""
_length = struct.Struct(">L").unpack_from
_STREAMS = {0: Stream.STDOUT, 1: Stream.STDOUT, 2: Stream.STDERR, 3: Stream.MARK}


class _Open:
    """A line whose end has not come yet."""

    __slots__ = ("cut", "data", "time")

    def __init__(self, time: int) -> None:
        self.time = time
        self.data = bytearray()
        self.cut = False

    def add(self, piece: bytes) -> None:
        room = LINE_LIMIT - len(self.data)
        self.data += piece[:room]
        self.cut = self.cut or len(piece) > room


class Lines:
    """Payloads -> LogLines of one container."""

    def __init__(self, service: str, container: str) -> None:
        self._service = service
        self._container = container
        self._open: dict[Stream, _Open] = {}
        self._second = b"no second yet"
        self._base = 0

    def fresh(self) -> Lines:
        """Another one for the same container, for another thread."""
        return Lines(self._service, self._container)

    @property
    def open(self) -> bool:
        """Whether a line waits for its end."""
        return bool(self._open)

    def frame(self, kind: int, payload: bytes, into: list[LogLine]) -> None:
        """One frame of a stream without a TTY."""
        self.message(_STREAMS.get(kind, Stream.STDOUT), payload, into)

    def message(self, stream: Stream, payload: bytes, into: list[LogLine]) -> None:
        """One message of the engine: its time, then a line, or a part of one."""
        if (
            payload[30:31] == b" "
            and payload[19:20] == b"."
            and payload[20:29].isdigit()
            and payload[-1:] == b"\n"
            and len(payload) < MESSAGE
            and stream not in self._open
        ):
            if payload[:19] != self._second and not self._new_second(payload[:19]):
                self._odd(stream, payload, into)
                return
            text = payload[31:-1].decode("utf-8", "replace")
            if "\n" not in text:
                time = self._base + int(payload[20:29])
                if text[-1:] == "\r":
                    text = text[:-1]
                into.append(_line(LogLine, (self._service, self._container, stream, time, text, False)))
                return
        self._odd(stream, payload, into)

    def _odd(self, stream: Stream, payload: bytes, into: list[LogLine]) -> None:
        time, start = self.time(payload)
        for piece in _split(payload[start:]):
            line = self._open.get(stream)
            if line is None:
                line = self._open[stream] = _Open(time)
            line.add(piece.removesuffix(b"\n"))
            if piece.endswith(b"\n"):
                self._finish(stream, into)

    def end(self, into: list[LogLine]) -> None:
        """The stream is over: what is open is all there is of it."""
        for stream in list(self._open):
            self._finish(stream, into)

    def time(self, payload: bytes, at: int = 0) -> tuple[int, int]:
        """(nanoseconds, where the text starts); nanoseconds are 0 if no time stands at `at`."""
        fraction = payload[at + 20 : at + 29]
        if payload.startswith(self._second, at) and payload[at + 29 : at + 31] == b"Z " and fraction.isdigit():
            return self._base + int(fraction), at + 31
        found = _TIME.match(payload, at)
        if not found or not self._new_second(found[1]):
            return 0, at
        nanoseconds = int((found[2] or b"").ljust(9, b"0"))
        shift = (int(found[4]) * 3600 + int(found[5]) * 60) * (-1 if found[3] == b"+" else 1) if found[3] else 0
        return self._base + nanoseconds + shift * 1_000_000_000, found.end()

    def _new_second(self, text: bytes) -> bool:
        try:
            date, clock = text.split(b"T")
            year, month, day = map(int, date.split(b"-"))
            hour, minute, second = map(int, clock.split(b":"))
            self._base = calendar.timegm((year, month, day, hour, minute, second)) * 1_000_000_000
        except ValueError:
            return False
        self._second = text
        return True

    def _finish(self, stream: Stream, into: list[LogLine]) -> None:
        line = self._open.pop(stream)
        text = line.data.decode("utf-8", "replace")
        into.append(
            LogLine(self._service, self._container, stream, line.time, text.removesuffix("\r"), partial=line.cut)
        )


def _split(data: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends one (a carriage return alone does not)."""
    parts = data.split(b"\n")
    return [*(part + b"\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]


class Frames:
    """The stream of a container without a TTY: receive into `room()`, tell `took(count)`."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._packed = lines.fresh()
        self._buffer = bytearray(BUFFER)
        self._filled = 0

    def room(self) -> memoryview:
        """Where the next bytes go."""
        return memoryview(self._buffer)[self._filled :]

    def took(self, count: int) -> Sequence[LogLine]:
        """So many bytes were put there; the lines that are complete now."""
        end = self._filled + count
        data = bytes(memoryview(self._buffer)[:end])
        packed = None if self._lines.open else pack(self._packed, data)
        if packed:
            self._keep(data, packed.size)
            return packed
        into: list[LogLine] = []
        position, frame = 0, self._lines.frame
        while end - position >= 8:
            start = position + 8
            after = start + _length(data, position + 4)[0]
            if after > end:
                break
            frame(data[position], data[start:after], into)
            position = after
        self._keep(data, position)
        return into

    def _keep(self, data: bytes, position: int) -> None:
        """What is left from `position` on begins a frame."""
        rest = len(data) - position
        self._buffer[:rest] = data[position:]
        self._filled = rest
        if rest >= 8:
            self._grow(8 + _length(data, position + 4)[0])

    def _grow(self, needed: int) -> None:
        if needed > FRAME_LIMIT:
            raise EngineError("The engine's log stream is garbled: a frame of more than 64 MiB was announced.")
        if needed > len(self._buffer):
            self._buffer.extend(bytes(needed - len(self._buffer)))

    def end(self) -> list[LogLine]:
        """What was open when the stream ended."""
        into: list[LogLine] = []
        self._lines.end(into)
        return into


class Text:
    """The stream of a container with a TTY, used as `Frames` is."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._buffer = bytearray(BUFFER)
        self._rest = b""

    def room(self) -> memoryview:
        return memoryview(self._buffer)

    def took(self, count: int) -> list[LogLine]:
        into: list[LogLine] = []
        *whole, self._rest = (self._rest + self._buffer[:count]).split(b"\n")
        for line in whole:
            self._line(line + b"\n", into)
        if len(self._rest) > BUFFER:
            self._rest = self._rest[: BUFFER // 2]  # far above the limit of a line: the rest would be cut anyway
        return into

    def end(self) -> list[LogLine]:
        into: list[LogLine] = []
        if self._rest:
            self._line(self._rest, into)
        self._lines.end(into)
        return into

    def _line(self, data: bytes, into: list[LogLine]) -> None:
        """A line of several messages has a time every 16 KiB."""
        while True:
            time, start = self._lines.time(data)
            cut = start + MESSAGE
            if not time or not self._lines.time(data[cut : cut + 40])[0]:
                break
            self._lines.message(Stream.STDOUT, data[:cut], into)
            data = data[cut:]
        self._lines.message(Stream.STDOUT, data, into)
