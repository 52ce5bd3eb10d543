"""Where a path of the merged tree stands in the files."""

from __future__ import annotations

from devbox.compose.document import Document
from devbox.compose.report import Path
from devbox.errors import Place


class Places:
    """Looks a path up in every document read, the last that knows most of it winning."""

    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents[::-1]

    def __call__(self, path: Path) -> Place | None:
        """The place of `path`, or of what is nearest above it."""
        best: tuple[int, Place | None] = (0, None)
        for document in self._documents:
            known, place = document.find(path)
            if known > best[0] or best[1] is None:
                best = known, place
        return best[1]
