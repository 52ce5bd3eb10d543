"""A plan in half a line: what would become of which services' containers."""

from __future__ import annotations

from collections.abc import Sequence

from devbox.plan.plan import Plan
from devbox.plan.steps import (
    CreateContainer,
    CreateNetwork,
    CreateVolume,
    RemoveContainer,
    RemoveNetwork,
    RemoveVolume,
)
from devbox.plan.text import final_name
from devbox.record import dataclass

_NAMED = 4
_CHANGING = (CreateContainer, CreateNetwork, CreateVolume, RemoveContainer, RemoveNetwork, RemoveVolume)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """Services, in the plan's order, once for each container that is recreated, created or removed."""

    recreated: tuple[str, ...] = ()
    created: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def fates(plan: Plan) -> Fates:
    """What the plan does to containers."""
    steps = [node.step for node in plan.nodes]
    made = {final_name(one.spec.name): one.spec.service for one in steps if isinstance(one, CreateContainer)}
    gone = {final_name(one.name): one.service for one in steps if isinstance(one, RemoveContainer)}
    return Fates(
        recreated=tuple(service for name, service in made.items() if name in gone),
        created=tuple(service for name, service in made.items() if name not in gone),
        removed=tuple(service for name, service in gone.items() if name not in made),
    )


def changes(plan: Plan) -> bool:
    """Whether what is there is other than the files say. A job that has done its work is as they say, though `up` would
    start it again."""
    return any(isinstance(node.step, _CHANGING) for node in plan.nodes)


def brief(plan: Plan) -> str:
    """ "2 containers would be recreated (api, worker), 1 created (cache)"; "what is there stays as it is"."""
    found = fates(plan)
    counted = [(word, services) for word in Fates.__slots__ if (services := getattr(found, word))]
    if not counted:
        count = sum(isinstance(node.step, _CHANGING) for node in plan.nodes)
        return f"{count} step{'s' if count > 1 else ''} would be taken" if count else "what is there stays as it is"
    (word, services), *rest = counted
    first = f"{len(services)} container{'s' if len(services) > 1 else ''} would be {word} ({_names(services)})"
    return ", ".join([first, *(f"{len(services)} {word} ({_names(services)})" for word, services in rest)])


def _names(services: Sequence[str]) -> str:
    names = list(dict.fromkeys(services))
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
