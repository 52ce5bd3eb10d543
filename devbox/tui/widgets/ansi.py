"""A log line as a terminal would show it: clean text and the styles its SGR sequences ask for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rich.color import Color
from rich.style import Style

from devbox.record import dataclass
from devbox.tui.text import SEQUENCE, TAB, clean


@dataclass(frozen=True, slots=True)
class Styled:
    """`runs` are (start, end, style) in `text`, in order and apart; `cut`: the line goes on after `text`."""

    text: str
    runs: tuple[tuple[int, int, Style], ...] = ()
    cut: bool = False


Pen = dict[str, Any]
"""Arguments of rich's Style as the SGR sequences so far have set them; blinking and concealed text is shown plainly."""

_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_OFF = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    27: ("reverse",),
    29: ("strike",),
    39: ("color",),
    49: ("bgcolor",),
}


def parse(text: str, limit: int) -> Styled:
    """At most about `limit` characters of `text`: carriage returns obeyed, tabs expanded, sequences taken out."""
    if "\r" in text:
        text = _overwritten(text)
    if "\x1b" not in text:
        return Styled(_expanded(text[:limit], 0), cut=len(text) > limit)
    parts: list[str] = []
    runs: list[tuple[int, int, Style]] = []
    pen: Pen = {}
    length = position = 0
    while length < limit and position < len(text):
        found = SEQUENCE.search(text, position)
        stop = found.start() if found else len(text)
        if stop > position:
            part = _expanded(text[position : min(stop, position + limit - length)], length)
            if pen and part:
                runs.append((length, length + len(part), _style(tuple(pen.items()))))
            parts.append(part)
            length += len(part)
            if length >= limit:
                return Styled("".join(parts), tuple(runs), cut=stop < len(text) or stop - position > len(part))
        if found is None:
            break
        position = found.end()
        sequence = found[0]
        if sequence[-1] == "m" and sequence[1] == "[":
            pen = _applied(pen, sequence[2:-1])
    return Styled("".join(parts), tuple(runs))


def whole(text: str) -> str:
    """The whole line as it is read, without styles: what is copied."""
    return clean(_overwritten(text) if "\r" in text else text)


def _overwritten(text: str) -> str:
    """What a progress bar left on its line: the last part that is not empty."""
    parts = text.split("\r")
    return next((part for part in reversed(parts) if SEQUENCE.sub("", part)), parts[-1])


def _expanded(part: str, column: int) -> str:
    if "\t" in part:
        # clean() counts tab stops from the part's own start.
        shift = column % TAB
        part = clean(" " * shift + part)[shift:]
    else:
        part = clean(part)
    return part.replace("\n", "\u23ce")


def _applied(pen: Pen, parameters: str) -> Pen:
    codes = [int(code[:4]) if code.isdecimal() else 0 for code in parameters.replace(":", ";").split(";")]
    pen = dict(pen)
    index = 0
    while index < len(codes):
        code = codes[index]
        index += 1
        if code == 0:
            pen.clear()
        elif code in _ON:
            pen[_ON[code]] = True
        elif code in _OFF:
            for name in _OFF[code]:
                pen.pop(name, None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            pen["color"] = Color.from_ansi(code - 30 if code < 90 else code - 82)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            pen["bgcolor"] = Color.from_ansi(code - 40 if code < 100 else code - 92)
        elif code in (38, 48):
            color, index = _extended(codes, index, ":" in parameters)
            if color is not None:
                pen["color" if code == 38 else "bgcolor"] = color
    return pen


def _extended(codes: list[int], index: int, colons: bool) -> tuple[Color | None, int]:
    """The colour of a 38 or 48, and where the next code stands; None where it is not one."""
    kind = codes[index] if index < len(codes) else 0
    if kind == 5 and index + 1 < len(codes):
        return Color.from_ansi(min(codes[index + 1], 255)), index + 2
    # With colons a colour space (mostly empty) stands before the three values.
    start = index + (2 if colons and len(codes) - index >= 5 else 1)
    if kind == 2 and start + 2 < len(codes):
        red, green, blue = (min(value, 255) for value in codes[start : start + 3])
        return Color.from_rgb(red, green, blue), start + 3
    return None, index + 1


@lru_cache(maxsize=512)
def _style(pen: tuple[tuple[str, Any], ...]) -> Style:
    return Style(**dict(pen))
