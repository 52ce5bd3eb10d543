"""What a guide tells its reader to type, and which files it names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from devbox.guide import guides

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_PLACEHOLDER = re.compile(r"\.\.\.|…|\[|\bVERB\b")
_PATH = re.compile(r"(?:docker|config|devbox|tests)/[\w./-]*[\w/]|README\.md|Makefile")


def texts() -> dict[str, str]:
    """guide -> its text."""
    return {name: path.read_text(encoding="utf-8") for name, path in guides().items()}


def console(text: str) -> list[list[str]]:
    """The words after `devbox` of every line `$ devbox ...` in a block marked console: those that are to be run."""
    blocks = [block for language, block in _FENCE.findall(text) if language == "console"]
    lines = [line for block in blocks for line in block.splitlines()]
    return [shlex.split(line.removeprefix("$ devbox"), comments=True) for line in lines if line.startswith("$ devbox")]


def commands(text: str) -> Iterator[list[str]]:
    """The words after `devbox` of all that can be typed: in blocks and in spans of code."""
    written = [line.strip().removeprefix("$ ") for line in text.splitlines() if line.startswith(("    ", "$ "))]
    written += [span for span in _SPAN.findall(_FENCE.sub("", text)) if span.startswith("devbox")]
    for line in written:
        if re.match(r"devbox\b(?! \w+\.yaml)", line) and not _PLACEHOLDER.search(line):
            yield shlex.split(re.split(r"\s+[|>]|\s\\\|", line)[0], comments=True)[1:]


def paths(text: str) -> Iterator[str]:
    """Files and folders of the repository in spans of code, without those that stand for many (NAME)."""
    for span in _SPAN.findall(_FENCE.sub("", text)):
        if _PATH.fullmatch(span) and not re.search(r"/[A-Z]+(/|$)", span):
            yield span


def targets(text: str) -> set[str]:
    """What `make` is asked for."""
    return {span.split()[1] for span in _SPAN.findall(text) if re.fullmatch(r"make \w+", span)}
