"""What verbs print: plain lines, JSON, and colour only where a person looks at it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
    "bright_green": "92",
    "bright_yellow": "93",
    "bright_blue": "94",
    "bright_magenta": "95",
    "bright_cyan": "96",
}


def coloured(stream: TextIO) -> bool:
    """Whether `stream` is a terminal that takes colours, and the user did not forbid them (NO_COLOR, TERM=dumb)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def style(text: str, *styles: str, on: bool = True) -> str:
    """`text` in the named styles."""
    if not on or not styles or not text:
        return text
    return f"\x1b[{';'.join(_CODES[name] for name in styles)}m{text}\x1b[0m"


def stdout_style(text: str, *styles: str) -> str:
    """`text` styled if stdout takes colours."""
    return style(text, *styles, on=coloured(sys.stdout))


def stderr_style(text: str, *styles: str) -> str:
    """`text` styled if stderr takes colours."""
    return style(text, *styles, on=coloured(sys.stderr))


def say(text: str = "") -> None:
    """A line of the result, on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """A line for the person at the terminal, on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def say_json(value: Any) -> None:
    """A JSON document on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def say_json_line(value: Any) -> None:
    """One line of a JSON stream, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def printable(text: str) -> str:
    """`text` of outside on one line, without characters that drive a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else " " if char in "\t\n" else "\ufffd" for char in text)
