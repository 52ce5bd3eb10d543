"""File names that mean something: Compose's own, and those that name an environment."""

from __future__ import annotations

import re

BASES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In Compose's order of preference."""
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
DEVELOPMENT = ("dev", "development", "local")
"""Where one stands when nothing else is said, in this order."""

_OVERLAY = re.compile(r"(?:docker-)?compose[.-]([A-Za-z0-9][A-Za-z0-9_.-]*)\.ya?ml")
_NAME = re.compile(r"""^name:[ \t]+(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#][^#\n]*?))[ \t]*(?:#.*)?$""", re.MULTILINE)
_REFUSED = re.compile(r"[^a-z0-9_-]")

PROJECT = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""What the engine's labels and Compose take as a project's name."""


def overlay(file: str) -> str:
    """The environment that a file's name speaks of: "dev" of docker-compose.dev.yml; "" if none."""
    match = _OVERLAY.fullmatch(file)
    return "" if match is None or match[1] == "override" else match[1]


def speaks(file: str) -> bool:
    """Whether Compose, or an environment, is meant by a file's name."""
    return file in BASES or file in OVERRIDES or bool(overlay(file))


def normal(name: str) -> str:
    """A name as Compose makes it a project's name."""
    return _REFUSED.sub("", name.lower()).lstrip("_-")


def declared(text: str) -> str:
    """The `name:` at the top level of a Compose file; "" if there is none or it depends on variables."""
    match = _NAME.search(text)
    name = next((group for group in match.groups() if group), "") if match else ""
    return "" if "$" in name else normal(name)
