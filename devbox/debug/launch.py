"""What editors want to know to attach: entries of .vscode/launch.json, put in place among what is there."""

from __future__ import annotations

import json
import re
from typing import Any

from devbox.debug.editors import Entry
from devbox.debug.jsonc import Broken, Node, parse, place

_NEW = '{\n    "version": "0.2.0",\n    "configurations": []\n}\n'
_UNIT = "    "


def merged(file: str, text: str, entry: Entry) -> str:
    """`text` of `file` with the entry in it; all else, comments too, stays as it is.

    Of an entry that has the name already, only values that differ change, and what it has beside them stays.
    Broken says where a text breaks off that cannot be understood.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    root = parse(file, text)
    if root is None:
        kept = text.rstrip()
        return merged(
            file, f"{kept}{newline if kept.strip(chr(0xFEFF)) else ''}{_NEW.replace(chr(10), newline)}", entry
        )
    if root.members is None:
        raise Broken(f"{place(file, text, root.start)}: an object with configurations is expected.")
    edits = _Edits(text, newline, _unit(text))
    configurations = root.member("configurations")
    if configurations is None:
        return edits.added(root, '"configurations": ' + edits.written([entry], edits.indent(root) + edits.unit))
    if configurations.items is None:
        raise Broken(f"{place(file, text, configurations.start)}: a list of configurations is expected.")
    for one in configurations.items:
        found = one.member("name")
        if found is not None and found.value == entry["name"]:
            return _replaced(file, text, one, entry, edits)
    return edits.added(configurations, edits.written(entry, edits.indent(configurations) + edits.unit))


def _replaced(file: str, text: str, old: Node, entry: Entry, edits: _Edits) -> str:
    """One value after the other: each change moves what stands behind it."""
    for name, value in entry.items():
        node = old.member(name)
        if node is None:
            text = edits.added(old, f"{json.dumps(name)}: {edits.written(value, edits.indent(old) + edits.unit)}")
        elif node.value != value:
            written = edits.written(value, edits.indent(node))
            text = f"{text[: node.start]}{written}{text[node.end :]}"
        else:
            continue
        return merged(file, text, entry)
    return text


class _Edits:
    """Changes of one text in its own manner."""

    def __init__(self, text: str, newline: str, unit: str) -> None:
        self._text = text
        self._newline = newline
        self.unit = unit

    def indent(self, node: Node) -> str:
        """That of the line in which the value begins."""
        line = self._text[self._text.rfind("\n", 0, node.start) + 1 : node.start].removeprefix("\ufeff")
        return line[: len(line) - len(line.lstrip())]

    def written(self, value: Any, indent: str) -> str:
        """The value as JSON whose further lines are indented by `indent`."""
        return json.dumps(value, indent=self.unit, ensure_ascii=False).replace("\n", self._newline + indent)

    def added(self, node: Node, written: str) -> str:
        """The text with `written` as the last member or item of `node`."""
        text, last, indent = self._text, node.last, self.indent(node)
        closing = node.end - 1
        end = max(node.start + 1, len(text[:closing].rstrip()))
        tail = text[end:closing]
        if "\n" not in tail:
            tail = self._newline + indent
        comma = "," if node.comma >= 0 else ""
        body = f"{self._newline}{indent}{self.unit}{written}{comma}{tail}{text[closing:]}"
        if last is None or node.comma >= 0:
            return text[:end] + body
        return f"{text[: last.end]},{text[last.end : end]}{body}"


def _unit(text: str) -> str:
    """What one level is indented by in the text: what its first indented line has."""
    found = re.search(r"^([ \t]+)\"", text, re.MULTILINE)
    return found[1] if found else _UNIT
