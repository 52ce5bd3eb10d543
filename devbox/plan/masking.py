"""Keeping secret values out of what is shown."""

from __future__ import annotations

import re

HIDDEN = "••••"

_NAMES = re.compile(
    r"pass(word|wd|phrase)?|secret|token|credential|private|api_?key|access_?key|_key$|^key$|auth", re.I
)
_CREDENTIALS = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+@", re.I)


def masked(name: str, value: str) -> str:
    """The value as it may be shown: hidden where its name sounds secret, without the password of a URL."""
    if value and _NAMES.search(name):
        return HIDDEN
    return _CREDENTIALS.sub(rf"\g<scheme>{HIDDEN}@", value)
