"""The plan: steps as a graph, in an order that can be walked, and as the text the user reads."""

from __future__ import annotations

from devbox.errors import Problem
from devbox.plan.steps import Step
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A step with its id (unique in the plan, readable: "start api-1") and the ids it comes after."""

    id: str
    step: Step
    after: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why a service is recreated: a property, its value now and its value to be (already masked where secret)."""

    service: str
    property: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`nodes` stand in an order in which each comes after all that it waits for."""

    project: str
    nodes: tuple[Node, ...] = ()
    changes: tuple[Change, ...] = ()
    destroys: tuple[str, ...] = ()
    """What would be lost, in words ("volume shop_pgdata and its data"); to be confirmed before execution."""
    problems: tuple[Problem, ...] = ()
    """Why it must not be walked (a port that is taken, an external network that is missing)."""
    warnings: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Services that already are as the files want them."""
    orphans: tuple[str, ...] = ()
    """Names of containers of this project whose service the files no longer have."""

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.nodes)
