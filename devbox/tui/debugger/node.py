"""A row of a tree, before it is painted."""

from __future__ import annotations

from collections.abc import Callable

from devbox.record import dataclass

TONES = ("plain", "strong", "name", "quiet", "value", "string", "good", "busy", "bad", "accent")
"""The voices in which a row speaks; component classes of an Outline."""

Span = tuple[str, str]
"""(text, as it came from outside; one of TONES)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`children` None: it has parts that were not asked for yet; (): it has none. `begins`: it is open at first.

    `key` stays the same while the thing does, so that what is open and where the cursor stands outlive an update.
    """

    key: str
    spans: tuple[Span, ...]
    children: tuple[Node, ...] | None = ()
    begins: bool = False
    of: object = None
    """What it shows."""

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.spans)


def walk(roots: tuple[Node, ...], is_open: Callable[[Node], bool]) -> list[tuple[int, Node]]:
    """(depth, node) of what is in sight, from the top."""
    rows: list[tuple[int, Node]] = []
    waiting = [(0, node) for node in reversed(roots)]
    while waiting:
        depth, node = waiting.pop()
        rows.append((depth, node))
        if node.children and is_open(node):
            waiting += [(depth + 1, child) for child in reversed(node.children)]
    return rows
