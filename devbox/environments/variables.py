"""Variables that are missing, unused, or set in one environment and not in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from devbox.environments.finding import Finding, Spot
from devbox.environments.isolation import listed
from devbox.environments.member import Member
from devbox.environments.usage import Set, Used, defined, in_text, service_files, used
from devbox.errors import Place
from devbox.record import dataclass

_OURS = ("COMPOSE_", "DOCKER_", "BUILDX_", "BUILDKIT_")
"""Variables that Compose, the engine or the builder read by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """What one environment's files use and set."""

    member: Member
    used: tuple[Used, ...]
    lines: tuple[Set, ...]
    handed_over: frozenset[str]
    """Env files that a service takes as they are."""

    @property
    def names(self) -> set[str]:
        """Those used in Compose files, and in lines of env files."""
        inner = (reference.name for line in self.lines for reference in in_text(line.definition.text))
        return {one.reference.name for one in self.used} | set(inner)


def of(member: Member) -> Variables:
    """Read them."""
    loaded = member.loaded
    return Variables(
        member=member,
        used=tuple(used(loaded)),
        lines=tuple(defined(loaded)),
        handed_over=frozenset(service_files(loaded)),
    )


def missing(every: Sequence[Variables], shell: Mapping[str, str]) -> Iterator[Finding]:
    """Used without a default, and set nowhere: by no env file and not by the shell."""
    for one in every:
        told: set[str] = set()
        for use in one.used:
            name = use.reference.name
            known = name in one.member.loaded.variables or name in shell
            if use.passed or use.reference.operator or known or name in told:
                continue
            told.add(name)
            yield Finding(
                rule="missing-variable",
                subject=name,
                message=f"{one.member.name} uses {name}, which is set nowhere",
                spots=(Spot(environment=one.member.name, place=use.place),),
            )


def unused(every: Sequence[Variables]) -> Iterator[Finding]:
    """Set in an env file that no file of an environment which reads it uses."""
    readers: dict[tuple[str, Place], list[Variables]] = {}
    for one in every:
        for line in one.lines:
            readers.setdefault((line.definition.name, line.place), []).append(one)
    for (name, place), reading in readers.items():
        if name.startswith(_OURS) or any(name in one.names or place.file in one.handed_over for one in reading):
            continue
        names = [one.member.name for one in reading]
        yield Finding(
            rule="unused-variable",
            subject=name,
            message=f"{name} is set for {listed(names)}, and no file uses it",
            spots=tuple(Spot(environment=whose, place=place) for whose in names[:1]),
        )


def uneven(every: Sequence[Variables]) -> Iterator[Finding]:
    """Set in an env file of one environment, while another that uses it falls back to the default in the text."""
    lines: Mapping[str, dict[str, Place]] = {
        one.member.name: {line.definition.name: line.place for line in one.lines} for one in every
    }
    for one in every:
        own = lines[one.member.name]
        setters = {name: whose for whose, places in lines.items() for name in places if name not in own}
        uses = {use.reference.name: use for use in one.used if use.reference.operator[-1:] == "-"}
        uses = {name: use for name, use in uses.items() if name in setters}
        in_effect = _in_effect(one.member) if uses else set()
        for name, use in uses.items():
            if not any(_line(each.place) in in_effect for each in one.used if each.reference.name == name):
                continue
            others = [whose for whose, places in lines.items() if name in places]
            yield Finding(
                rule="uneven-variable",
                subject=name,
                message=f"{listed(others)} set{'s' if len(others) == 1 else ''} {name}, "
                f"and {one.member.name} takes the default in the text",
                spots=(
                    Spot(environment=one.member.name, place=use.place),
                    Spot(environment=setters[name], place=lines[setters[name]][name]),
                ),
            )


def _in_effect(member: Member) -> set[tuple[str, int]]:
    """The lines that set a value of the model: what a later file replaces is not among them."""
    explainer = member.explainer
    sections = [key for key in explainer.tree if not key.startswith("x-")]
    explained = (one for section in sections for one in explainer.below((section,)))
    return {_line(one.place) for one in explained if one.place is not None}


def _line(place: Place) -> tuple[str, int]:
    return place.file, place.line
