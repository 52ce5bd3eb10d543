"""Which values are secrets by their names, and how they are shown."""

from __future__ import annotations

import re

MASK = "••••••"

_NAME = re.compile(
    r"pass(word|wd|phrase)?$|passw|secret|token|credential|private|api_?key|access_?key|(^|_)key$|(^|_)auth$|dsn$",
    re.IGNORECASE,
)
_FILE = re.compile(r"_(file|path|dir|id|name|ttl|timeout)$", re.IGNORECASE)
_URL = re.compile(r"(?P<head>\b[a-z][a-z0-9+.-]*://[^\s/@:]*:)(?P<password>[^\s/@]+)(?=@)", re.IGNORECASE)
_TOKEN = re.compile(r"(?P<head>\bhttps?://)[^\s/@:]+(?=@)", re.IGNORECASE)
"""Over HTTP a name alone is a token; elsewhere (ssh, postgres) it is a user."""
_ENTRY = re.compile(r"^(?P<head>\s*(?:- )?[\"']?(?P<name>[A-Za-z_][\w.-]*)[\"']?\s*(?::\s+|=))(?P<value>\S.*)$")


def is_secret(name: str) -> bool:
    """Whether a variable of that name holds a secret (POSTGRES_PASSWORD, API_TOKEN, not POSTGRES_PASSWORD_FILE)."""
    return bool(_NAME.search(name)) and not _FILE.search(name)


def masked(name: str, value: str) -> str:
    """The value as it may be shown: a secret as dots, a URL without its password."""
    if is_secret(name) and value:
        return MASK
    return _without_credentials(value)


def _without_credentials(text: str) -> str:
    if "://" not in text:
        return text
    return _TOKEN.sub(rf"\g<head>{MASK}", _URL.sub(rf"\g<head>{MASK}", text))


def mask_line(line: str) -> str:
    """A line of YAML or of an env file with its value masked where its key or a URL in it says so."""
    entry = _ENTRY.match(line)
    if entry is None:
        return _without_credentials(line)
    return entry["head"] + masked(entry["name"], entry["value"])


def mask_yaml(text: str) -> str:
    """A YAML text line by line; a secret's block scalar is masked as a whole."""
    found: list[str] = []
    block: int | None = None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if block is not None:
            if not line.strip() or indent > block:
                continue
            block = None
        entry = _ENTRY.match(line)
        if entry and is_secret(entry["name"]) and entry["value"][0] in "|>":
            block = indent
            line = entry["head"] + MASK
        found.append(mask_line(line))
    return "\n".join(found)
