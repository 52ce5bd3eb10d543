"""Where the value under the cursor comes from, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from textual.content import Content
from textual.widgets import Static

from devbox.compose.explained import near, words
from devbox.compose.provenance import Explanation
from devbox.compose.report import Path
from devbox.compose.route import spell
from devbox.compose.veil import veiled
from devbox.errors import Place
from devbox.tui.text import plain

_MOST = 8
_LOOKED_AT = 200
"""Values below a mapping whose files are named; a whole project may have thousands."""


class Provenance(Static):
    """Takes no room where there is nothing to say."""

    DEFAULT_CSS = """
    Provenance { height: auto; background: $panel; padding: 0 1; display: none; }
    Provenance { text-wrap: nowrap; text-overflow: ellipsis; }
    Provenance.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def put(self, path: Path, found: Iterator[Explanation], folder: str, *, revealed: bool, room: int) -> None:
        """Explain the value at `path`; of a mapping or a list, which files set what is below it."""
        lines = _lines(path, list(islice(found, _LOOKED_AT)), folder, revealed)
        most = max(2, min(_MOST, room))
        if len(lines) > most:
            lines = [*lines[: most - 1], f"  … and {len(lines) - most + 1} more: devbox config --explain {spell(path)}"]
        styled = [plain(line, "bold" if at == 0 else "$foreground 70%", lines=False) for at, line in enumerate(lines)]
        self.update(Content("\n").join(styled))
        self.set_class(bool(lines), "-shown")


def _lines(path: Path, found: list[Explanation], folder: str, revealed: bool) -> list[str]:
    if not found:
        return []
    if [one.path for one in found] == [path]:
        return words(found[0] if revealed else veiled(found[0]), folder)
    files = dict.fromkeys(one.place.file for one in found if one.place and not one.added)
    named = ", ".join(near(place, folder) for place in map(Place, files))
    return [spell(path), f"  set in {named}" if named else "  added by default"]
