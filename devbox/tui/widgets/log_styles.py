"""The colours of a log, taken from the theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from zlib import crc32

from rich.style import Style
from textual.color import Color

from devbox.logs.levels import Level
from devbox.record import dataclass

PARTS = ("time", "stderr", "mark", "match", "here", "selection", "edge", "error", "warning", "debug", "bar", "thumb")
"""Component classes of a LogView, without their prefix."""

_HUES = (205, 95, 35, 280, 165, 340, 55, 235, 15, 185, 310, 130)
"""Neighbours in a list of services are far apart."""


@dataclass(frozen=True, slots=True)
class LogStyles:
    """`part` as PARTS names them, over `base`."""

    base: Style
    parts: dict[str, Style]
    dark: bool = True
    levels: dict[Level, Style] = field(default_factory=dict)

    @classmethod
    def of(cls, base: Style, part: Callable[[str], Style], dark: bool) -> LogStyles:
        """Ask `part` for each component's style."""
        parts = {name: part(name) for name in PARTS}
        levels = {Level.ERROR: parts["error"], Level.WARNING: parts["warning"], Level.DEBUG: parts["debug"]}
        return cls(base, parts, dark, {level: base + style for level, style in levels.items()})

    def names(self, services: Sequence[str]) -> dict[str, Style]:
        """A colour for each service, by its place among `services`."""
        return {name: self.base + self._hue(index) for index, name in enumerate(services)}

    def other(self, service: str) -> Style:
        """A colour for a service that is not among them, the same every time."""
        return self.base + self._hue(crc32(service.encode()))

    def _hue(self, index: int) -> Style:
        hue = _HUES[index % len(_HUES)] / 360
        color = Color.from_hsl(hue, 0.6, 0.7) if self.dark else Color.from_hsl(hue, 0.75, 0.32)
        return Style(color=color.rich_color)
