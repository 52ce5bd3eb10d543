"""Findings on what environments share: names on one engine, host ports, images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from devbox.compose.report import Path
from devbox.environments.finding import Finding, Spot
from devbox.environments.isolation import Shared, listed, shared
from devbox.environments.member import Member
from devbox.environments.ports import published


def apart(members: Sequence[Member]) -> Iterator[Finding]:
    """What is shared by name on one engine; an image's tag means the same on all of them."""
    every: list[Member] = []
    for group in engines(members):
        yield from _projects(group)
        # Two of one project share all of it, which is one finding and not ten.
        distinct = list({member.project.name: member for member in group}.values())
        every += distinct
        yield from (_told(one, members) for one in _shared(distinct) if one.rule != "shared-image")
        for one, other in combinations(distinct, 2):
            yield from _ports(one, other)
    yield from (_told(one, members) for one in _shared(every) if one.rule == "shared-image")


def engines(members: Sequence[Member]) -> list[list[Member]]:
    """The members by the context that they run on."""
    found: dict[str, list[Member]] = {}
    for member in members:
        found.setdefault(member.environment.context, []).append(member)
    return list(found.values())


def _shared(members: Sequence[Member]) -> list[Shared]:
    return shared({member.name: member.project for member in members})


def _projects(group: Sequence[Member]) -> Iterator[Finding]:
    named: dict[str, list[Member]] = {}
    for member in group:
        named.setdefault(member.project.name, []).append(member)
    for name, those in named.items():
        if len(those) > 1:
            yield Finding(
                rule="shared-project",
                subject=name,
                message=f"{listed([one.name for one in those])} are all the project {name}",
                spots=tuple(_named(one) for one in those),
            )


def _named(member: Member) -> Spot:
    """devbox.yaml where that names the project, else the Compose file."""
    environment = member.environment
    if environment.project and environment.place:
        path = f"environments.{environment.name}.project"
        return Spot(environment=member.name, path=path, place=environment.place)
    return member.spot(("name",))


def _ports(one: Member, other: Member) -> Iterator[Finding]:
    taken = list(published(other.project))
    for mine in published(one.project):
        theirs = next((held for held in taken if mine.meets(held)), None)
        if theirs is None:
            continue
        numbers = mine.meets(theirs)
        text = f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
        yield Finding(
            rule="shared-port",
            subject=text,
            message=f"{one.name} ({mine.service}, {mine}) and {other.name} ({theirs.service}, {theirs}) "
            f"publish the same host port {text}/{mine.protocol}",
            spots=(one.spot(mine.path), other.spot(theirs.path)),
        )


def _told(one: Shared, members: Sequence[Member]) -> Finding:
    by_name = {member.name: member for member in members}
    holders: tuple[tuple[str, Path], ...] = one.holders
    spots = tuple(by_name[whose].spot(path) for whose, path in holders)
    subject = by_name[holders[0][0]].relative(one.name) if one.name.startswith("/") else one.name
    return Finding(rule=one.rule, subject=subject, message=str(one), spots=spots)
