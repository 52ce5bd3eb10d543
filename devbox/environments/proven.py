"""What a check without findings has shown, and over how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devbox.environments.finding import APART, IMAGES, PORTS, PRODUCTION, SECRETS, TOOLS, VARIABLES
from devbox.environments.held import Held
from devbox.environments.isolation import listed, things
from devbox.environments.kind import Kind
from devbox.environments.member import Member
from devbox.environments.ports import published
from devbox.environments.production import hosts
from devbox.environments.variables import Variables
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """One line of the summary: what holds, and over how much it was looked at."""

    about: str
    over: str


def proven(
    members: Sequence[Member], known: Mapping[str, Sequence[Held]], every: Sequence[Variables]
) -> Iterator[Proven]:
    """One for each group of rules."""
    found = [thing for member in members for thing in things(member.project)]
    names = [thing for thing in found if thing.rule != "shared-image"]
    built = {thing.name for thing in found if thing.rule == "shared-image" and thing.made}
    yield Proven(about=APART, over=f"{_count(len(members), 'project')}, {_count(len(names), 'name')}")
    ports = sum(1 for member in members for _ in published(member.project))
    yield Proven(about=PORTS, over=_count(ports, "fixed host port"))
    secrets = [one for those in known.values() for one in those]
    unread = [one for one in secrets if not one.value]
    by_path = f", {len(unread)} of them not here and compared by path" if unread else ""
    yield Proven(about=SECRETS, over=_count(len(secrets), "credential") + by_path)
    yield Proven(about=IMAGES, over=f"{_count(len(built), 'image')} built")
    productions = [member for member in members if member.kind is Kind.PRODUCTION]
    if productions and len(productions) < len(members):
        outside = sum(len(hosts(member)) for member in productions)
        held = sum(len(known[member.name]) for member in productions)
        over = f"{_count(outside, 'host name')} and {_count(held, 'credential')} of {_names(productions)}"
        yield Proven(about=PRODUCTION, over=over)
    released = [member for member in members if member.kind is not Kind.DEVELOPMENT]
    if released:
        services = sum(len(member.project.services) for member in released)
        yield Proven(about=TOOLS, over=f"{_count(services, 'service')} of {_names(released)}")
    used = {one.reference.name for some in every for one in some.used}
    lines = {(line.place, line.definition.name) for some in every for line in some.lines}
    yield Proven(about=VARIABLES, over=f"{len(used)} used, {len(lines)} set")


def _names(members: Sequence[Member]) -> str:
    return listed([member.name for member in members])


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
