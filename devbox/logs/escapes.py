"""Terminal escape sequences in log text."""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)"  # OSC, DCS, SOS, PM, APC up to their end
    r"|[ -/]*[0-~]"  # two-character and charset sequences
    r")?"
)


def strip(text: str) -> str:
    """The text as it would be read: without escape sequences."""
    return _SEQUENCE.sub("", text) if "\x1b" in text else text
