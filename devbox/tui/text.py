"""Outside text (logs, names, errors) made fit for the screen: no markup, no control characters, no escape sequences."""

from __future__ import annotations

import re

from rich.text import Text
from textual.content import Content

SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, SOS, PM, APC with their end
    r"|\x1b[ -/]*[0-~]"  # two- and three-character sequences, and an unended string's opening
    r"|\x9b[0-?]*[ -/]*[@-~]"
)

_PICTURES: dict[int, str | None] = {code: chr(0x2400 + code) for code in range(0x20)}
_PICTURES |= dict.fromkeys(range(0x80, 0xA0), "\ufffd")
_PICTURES |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")  # lone surrogates cannot be written as UTF-8
# Directional marks would reorder the rest of the row; joiners and variation selectors have no agreed width.
_PICTURES |= dict.fromkeys((0xAD, 0x61C, 0x200D, 0x200E, 0x200F, 0xFE0E, 0xFE0F, 0xFEFF), None)
_PICTURES |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xE0000, 0xE0080)), None)
_PICTURES |= {0x7F: "\u2421", 0x85: " ", 0x2028: " ", 0x2029: " "}

_LINES = _PICTURES | {0x0A: "\n", 0x09: "\t"}
_ONE_LINE = _PICTURES | {0x0A: "\u23ce", 0x09: " "}

TAB = 8


def clean(text: str, *, lines: bool = True) -> str:
    """The text without escape sequences, control characters as pictures (␀); with `lines` False on a single line."""
    if text.isprintable():
        return text
    if "\x1b" in text or "\x9b" in text:
        text = SEQUENCE.sub("", text)
    text = text.replace("\r\n", "\n")
    return text.translate(_LINES).expandtabs(TAB) if lines else text.translate(_ONE_LINE)


def shorten(text: str, width: int) -> str:
    """The text on one line, cut to `width` characters with an ellipsis."""
    text = clean(text[: 4 * width + 4], lines=False) if len(text) > 4 * width + 4 else clean(text, lines=False)
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def shorten_name(name: str, width: int) -> str:
    """The name on one line, cut in the middle to `width` characters: long names often differ at their ends."""
    name = clean(name, lines=False)
    if len(name) <= width:
        return name
    end = max(width - 1, 0) // 2
    return name[: max(width - 1 - end, 0)] + "…" + name[len(name) - end :]


def plain(text: str, style: str = "", *, lines: bool = True) -> Content:
    """Content for Textual's own widgets (Static, Label, OptionList, titles, toasts): brackets mean nothing in it."""
    return Content.styled(clean(text, lines=lines), style)


def plain_cell(text: str, style: str = "") -> Text:
    """One-line rich Text for the widgets that still draw through Rich (DataTable, Tree)."""
    return Text(clean(text, lines=False), style=style, no_wrap=True, end="")
