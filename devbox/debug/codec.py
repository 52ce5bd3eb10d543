"""DAP on the wire: a header that says how long it is, and a JSON object (Source: DAP, "Base protocol")."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devbox.errors import DevboxError

LIMIT = 64 * 1024 * 1024
"""Bytes of one message; what is longer is no message that a debugger means."""
_HEADERS = 8 * 1024


def encode(message: Mapping[str, Any]) -> bytes:
    """The message as it goes over the wire."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class Decoder:
    """Takes bytes as they come and gives the messages that are whole."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._rest = bytearray()
        self._length = -1
        """Of the body that is awaited; -1: a header is."""

    def take(self, data: bytes) -> list[dict[str, Any]]:
        """The messages that `data` completes. DevboxError for what is not DAP; nothing can be read after that."""
        self._rest += data
        found: list[dict[str, Any]] = []
        while self._whole():
            found.append(_parsed(bytes(self._rest[: self._length])))
            del self._rest[: self._length]
            self._length = -1
        return found

    def _whole(self) -> bool:
        """Whether a body is there, its header taken off."""
        if self._length < 0:
            end = self._rest.find(b"\r\n\r\n")
            if end < 0:
                if len(self._rest) > _HEADERS:
                    raise _broken("no header ends", self._rest)
                return False
            if end > _HEADERS:
                raise _broken("its header is too long", self._rest)
            self._length = self._announced(bytes(self._rest[:end]))
            del self._rest[: end + 4]
        return len(self._rest) >= self._length

    def _announced(self, header: bytes) -> int:
        for line in header.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                text = value.strip()
                if not text.isdigit() or len(text) > 12:
                    break
                length = int(text)
                if length > self._limit:
                    raise DevboxError(
                        f"The debug server sends a message of {length:,} bytes, more than the {self._limit:,} allowed.",
                        hint="Look at less at once: a part of the value instead of the whole.",
                    )
                return length
        raise _broken("no Content-Length", header)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise _broken("no JSON", body) from None
    if not isinstance(message, dict):
        raise _broken("no object", body)
    return message


def _broken(what: str, data: bytes | bytearray) -> DevboxError:
    return DevboxError(
        f"What answers does not speak the debug adapter protocol ({what}): {bytes(data[:60])!r}",
        hint="See that the port is the debug server's and not another's.",
    )
