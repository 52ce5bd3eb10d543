"""YAML text to documents: a plain tree each, with the place of every value.

Compose reads YAML 1.2; the parser here supplies events only, and meaning is given in `scalars`.
"""

from __future__ import annotations

from typing import Protocol

import yaml

from devbox.compose.document import Document
from devbox.compose.nodes import TOO_DEEP, Builder, Composer, Refused
from devbox.compose.remote import Fetched, Remote
from devbox.compose.report import Report
from devbox.errors import Place

_BRACKET = "a bracket is left open, or a comma is missing behind it"
_OPEN = {
    "found unexpected end of stream": "a quote is left open",
    "did not find expected ',' or '}'": _BRACKET,
    "did not find expected ',' or ']'": _BRACKET,
}
"""What the parser says of a place that may be far behind the sign that was not closed, in our words for that sign."""


class Files(Protocol):
    """How a load reads files; errors are OSError."""

    def read(self, path: str) -> bytes: ...

    def is_file(self, path: str) -> bool: ...

    def is_dir(self, path: str) -> bool: ...

    def list(self, path: str) -> list[str]: ...

    def resolve(self, path: str) -> str:
        """The path with symbolic links followed; parts that do not exist are kept."""

    def fetch(self, remote: Remote) -> Fetched:
        """Something that lies elsewhere, as files here; RemoteFailed."""


def parse(file: str, data: bytes, report: Report) -> list[Document]:
    """The documents of a file, in order; faults go to `report`, and a file that cannot be read gives none."""
    text = decode(file, data, report)
    if text is None:
        report.broken = True
        return []
    documents: list[Document] = []
    try:
        for root in Composer(file, text, report).documents():
            document = Document(file, root)
            if root is not None:
                document.tree = Builder(document, report).build(root, (), 0)
            documents.append(document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and error.problem in _OPEN:
            mark = error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        message, hint = _explained(error, text)
        report.fault(message, place=place, hint=hint)
        report.broken = True
        return []
    except yaml.YAMLError as error:
        report.fault(f"not YAML: {str(error).splitlines()[0]}", place=Place(file))
        report.broken = True
        return []
    except Refused:
        report.broken = True
        return []
    return documents


def decode(file: str, data: bytes, report: Report) -> str | None:
    """The text of a file in UTF-8 (or UTF-16 with a byte-order mark)."""
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        report.fault("the file is not UTF-8 text", place=Place(file, line, column), hint="save it as UTF-8")
        return None


def _explained(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    """What is wrong, and what to do about it where that can be told."""
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "not YAML: a tab in the indentation", "indent with spaces"
    problem = error.problem or ""
    if "nesting depth" in problem:  # newer parsers give up while they look ahead
        return TOO_DEEP, ""
    message = "not YAML: " + ", ".join(part for part in (error.context, problem) if part)
    if problem in _OPEN:
        return f"not YAML: {_OPEN[problem]}", ""
    if "mapping values are not allowed" in problem:
        hint = "quote the value if it holds ': ', correct the indentation, or end the key above with a colon"
        return message, hint
    if "block" in (error.context or "") or "block" in problem:
        return message, "give the lines of one mapping or list the same indentation"
    if "cannot start any token" in problem:
        char = line[mark.column : mark.column + 1] if mark else ""
        return f"not YAML: a value cannot start with {char}" if char.isprintable() and char else message, "quote it"
    return message, ""
