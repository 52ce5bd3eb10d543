"""Places in a text counted in cells of the screen."""

from __future__ import annotations

from rich.cells import get_character_cell_size


def index_at(text: str, cell: int) -> int:
    """The index of the character that covers `cell`; the text's length beyond its end."""
    if text.isascii():
        return min(cell, len(text))
    position = 0
    for index, character in enumerate(text):
        position += get_character_cell_size(character)
        if position > cell:
            return index
    return len(text)


def breaks(text: str, width: int) -> list[int]:
    """Where each row begins if `text` is cut into rows of at most `width` cells; always one row at least."""
    if text.isascii():
        return list(range(0, len(text), width)) or [0]
    starts, used = [0], 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > width and index > starts[-1]:
            starts.append(index)
            used = 0
        used += size
    return starts
