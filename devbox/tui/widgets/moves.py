"""The keys by which one moves in a list of lines, the same everywhere; who takes them has the actions they name."""

from __future__ import annotations

from textual.binding import Binding

MOVES = (
    Binding("down,j", "move(1)", show=False),
    Binding("up,k", "move(-1)", show=False),
    Binding("pagedown,ctrl+d", "page(1)", show=False),
    Binding("pageup,ctrl+u", "page(-1)", show=False),
    Binding("home,g", "end(-1)", show=False),
    Binding("end,G", "end(1)", show=False),
)
