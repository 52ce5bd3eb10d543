"""One line of a container's output as `devbox logs` prints it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from devbox.cli.output import coloured, note, printable, style
from devbox.logs.escapes import strip

if TYPE_CHECKING:
    from devbox.errors import EngineError
    from devbox.logs.line import LogLine
    from devbox.plan.observed import Container

_COLOURS = (
    "cyan",
    "yellow",
    "green",
    "magenta",
    "blue",
    "bright_cyan",
    "bright_yellow",
    "bright_green",
    "bright_magenta",
)


class Printer:
    """Prints lines on stdout, the container's name before them; `known` are the services in order, for their colours.

    A terminal never gets control characters of the containers; a pipe gets the text as it was printed.
    """

    def __init__(
        self, *, project: str, known: Sequence[str], colour: bool, prefix: bool, times: bool, json: bool
    ) -> None:
        self._project = project
        self._known = list(dict.fromkeys(known))
        self._terminal = sys.stdout.isatty()
        self._colour = colour and coloured(sys.stdout)
        self._prefix = prefix
        self._times = times
        self._json = json
        self._width = max((len(name) for name in self._known), default=0) + 2
        self._unreadable: set[str] = set()

    def line(self, container: Container, line: LogLine) -> None:
        """Print one line (it may stay in the buffer until `flush`)."""
        if self._json:
            text = json.dumps(self._object(container, line), ensure_ascii=False)
        else:
            text = self._before(container, line) + (readable(line.text) if self._terminal else line.text)
        sys.stdout.write(text + "\n")

    def mark(self, text: str) -> None:
        """Say something of our own, on stderr."""
        self.flush()
        if not self._json:
            note(style(f"-- {text} --", "dim", on=self._colour))

    def unreadable(self, container: Container, error: EngineError) -> None:
        """Say once that this container's output cannot be had."""
        if container.id not in self._unreadable:
            self._unreadable.add(container.id)
            self.flush()
            note("\n".join(printable(line) for line in str(error).splitlines()))

    def flush(self) -> None:
        """Let the reader see what was printed."""
        sys.stdout.flush()

    def name(self, container: str) -> str:
        """A container's name without the project's."""
        return container.removeprefix(f"{self._project}-")

    def _before(self, container: Container, line: LogLine) -> str:
        moment = f"{_iso(line.time)} " if self._times else ""
        if not self._prefix:
            return moment
        if container.service not in self._known:
            self._known.append(container.service)
        colour = _COLOURS[self._known.index(container.service) % len(_COLOURS)]
        name = self.name(container.name)
        self._width = max(self._width, len(name))
        return style(f"{name:<{self._width}} | ", colour, on=self._colour) + moment

    def _object(self, container: Container, line: LogLine) -> dict[str, str]:
        return {
            "time": _iso(line.time),
            "service": container.service,
            "container": container.name,
            "stream": line.stream.value,
            "text": line.text,
        }


def readable(text: str) -> str:
    """`text` without escape sequences and with every control character but the tab shown as a mark."""
    text = strip(text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\t" else "" if char == "\r" else "\ufffd" for char in text)


def _iso(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"
