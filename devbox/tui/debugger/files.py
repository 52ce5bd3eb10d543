"""The files that can be opened: those of mapped folders, and those the debuggees stood in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

MOST = 20_000
_LEFT_OUT = frozenset(
    {"__pycache__", "node_modules", "venv", "site-packages", "dist", "build", "target", "vendor", ".git", ".venv"}
)
_NO_SOURCE = (
    ".pyc", ".pyo", ".so", ".o", ".a", ".png", ".jpg", ".jpeg", ".gif", ".ico", ".pdf", ".zip", ".gz", ".tar", ".whl",
    ".woff", ".woff2", ".ttf", ".mp4", ".db", ".sqlite", ".bin", ".exe", ".class", ".jar",
)  # fmt: skip


def roots(hosts: Sequence[str], folder: str) -> tuple[str, ...]:
    """Where to look: the project's own first; of what holds the whole project (a mounted home, say) only that."""
    narrowed = [folder if folder.startswith(f"{host.rstrip('/')}/") else host for host in hosts]
    return tuple(dict.fromkeys(sorted(narrowed or [folder], key=lambda host: not host.startswith(folder))))


def below(roots: Iterable[str], most: int = MOST) -> tuple[str, ...]:
    """Absolute paths of what may be source in these folders (or are these files), at most `most`, each once."""
    found: dict[str, None] = {}
    for root in roots:
        for path in _walk(root):
            found[path] = None
            if len(found) >= most:
                return tuple(found)
    return tuple(found)


def _walk(root: str) -> Iterator[str]:
    if "\0" in root:
        return
    if os.path.isfile(root):  # noqa: PTH113 - as os.walk it says no of what may not be looked at
        yield root
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
        yield from (
            f"{folder}/{name}" for name in sorted(names) if not name.startswith(".") and not name.endswith(_NO_SOURCE)
        )


def best(labels: Sequence[str], wanted: str, most: int = 200) -> list[int]:
    """Places of the labels that have the letters of `wanted` in order, the best first: in the file's name, together,
    short. Small letters find capital ones too."""
    wanted = wanted.replace(" ", "").lower()
    if not wanted:
        return list(range(min(most, len(labels))))
    found = []
    for at, label in enumerate(labels):
        low = label.lower()
        score = _score(low, wanted)
        if score is not None:
            found.append((score, len(low), at))
    return [at for _, _, at in sorted(found)[:most]]


def _score(low: str, wanted: str) -> int | None:
    """The lower the better; None: it does not match."""
    name = low.rfind("/") + 1
    at = low.find(wanted, name)
    if at >= 0:
        return 0 if at == name else 1
    if low.find(wanted) >= 0:
        return 2
    position = gaps = 0
    for letter in wanted:
        at = low.find(letter, position)
        if at < 0:
            return None
        gaps += at > position
        position = at + 1
    return 3 + gaps
