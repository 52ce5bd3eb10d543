"""YAML with its keys, values and comments told apart."""

from __future__ import annotations

import re

from textual.content import Content

from devbox.tui.text import clean

_LINE = re.compile(
    r"^(?P<indent>\s*)(?P<dash>(?:- )*)(?P<key>(?:\"[^\"]*\"|'[^']*'|[^\s#\"'-][^:#]*?)(?=:(?:\s|$)))?(?P<rest>.*)$"
)
_NUMBER = re.compile(r"^-?\d[\d._]*$|^(?:true|false|null|~)$")
_LONGEST = 2_000


def highlighted(text: str) -> list[Content]:
    """The YAML's lines as Content; a line that is not understood stays plain."""
    return [_line(clean(line[:_LONGEST], lines=False)) for line in text.splitlines()]


def _line(line: str) -> Content:
    if line.lstrip().startswith("#"):
        return Content.styled(line, "italic $foreground 55%")
    found = _LINE.match(line)
    if found is None:
        return Content(line)
    key = found["key"] or ""
    rest = found["rest"]
    colon = ":" if key and rest.startswith(":") else ""
    value = rest[len(colon) :]
    bare = value.strip()
    if not bare:
        style = ""
    elif "••••" in bare:
        style = "$text-warning"
    elif _NUMBER.match(bare):
        style = "$text-accent"
    else:
        style = "$text-success"
    return Content.assemble(
        found["indent"],
        (found["dash"], "$foreground 55%"),
        (key, "bold $text-primary"),
        (colon, "$foreground 55%"),
        (value, style),
    )
