"""A plan being written: nodes by id, edges as they become known."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.plan.plan import Node
from devbox.plan.steps import Step


class Draft:
    """Collects steps and what they come after; an edge to a step that is never added means nothing to wait for."""

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {}
        self._after: dict[str, set[str]] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._steps

    def steps(self) -> list[tuple[str, Step]]:
        """What was added so far."""
        return list(self._steps.items())

    def add(self, id: str, step: Step, after: Iterable[str] = ()) -> str:
        """Add a step, or more predecessors to the one of that id; returns the id."""
        self._steps.setdefault(id, step)
        self.order(id, after)
        return id

    def replace(self, id: str, step: Step) -> str:
        """Add a step, or put another in the place of the one of that id; returns the id."""
        self._steps[id] = step
        return id

    def order(self, id: str, after: Iterable[str]) -> None:
        """Let `id` come after those."""
        self._after.setdefault(id, set()).update(other for other in after if other != id)

    def comes_after(self, id: str, other: str) -> bool:
        """Whether `id` waits for `other`, directly or through others, by the edges known so far."""
        seen, waiting = set[str](), [id]
        while waiting:
            one = waiting.pop()
            if one == other:
                return True
            if one not in seen:
                seen.add(one)
                waiting.extend(self._after.get(one, ()))
        return False

    def nodes(self) -> tuple[Node, ...]:
        """All nodes, each after those it waits for, else in the order they were added."""
        edges = {id: {other for other in self._after.get(id, ()) if other in self._steps} for id in self._steps}
        placed: dict[str, Node] = {}
        waiting = list(self._steps)
        while waiting:
            free = [id for id in waiting if edges[id] <= placed.keys()]
            if not free:
                raise ValueError(f"the steps wait for each other: {', '.join(waiting)}")
            for id in free:
                placed[id] = Node(id=id, step=self._steps[id], after=frozenset(edges[id]))
            waiting = [id for id in waiting if id not in placed]
        return tuple(placed.values())
