"""Variables that are missing, unused, or set in one environment and not in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from devbox.compose.interpolate import references
from devbox.environments.finding import Finding, Spot
from devbox.environments.isolation import listed
from devbox.environments.member import Member
from devbox.environments.usage import Set, Used, defined, service_files, used
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
        inner = (reference.name for line in self.lines for reference in references(line.definition.text))
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
        near = get_close_matches(name, sorted({use for one in reading for use in one.names}), 1)
        meant = f"; is {near[0]} meant?" if near else ""
        yield Finding(
            rule="unused-variable",
            subject=name,
            message=f"{name} is set for {listed(names)}, and no file uses it{meant}",
            spots=tuple(Spot(environment=whose, place=place) for whose in names[:1]),
        )


def uneven(every: Sequence[Variables]) -> Iterator[Finding]:
    """Set in an env file of one environment, while others that use it fall back to the default in the text."""
    lines: dict[str, dict[str, Place]] = {}
    """variable -> environment -> where it is set"""
    for one in every:
        for line in one.lines:
            lines.setdefault(line.definition.name, {})[one.member.name] = line.place
    for name, setters in lines.items():
        others = [(one, place) for one in every if one.member.name not in setters and (place := _defaulted(one, name))]
        if not others:
            continue
        takers = listed([one.member.name for one, _ in others])
        setter, place = next(iter(setters.items()))
        yield Finding(
            rule="uneven-variable",
            subject=name,
            message=f"{listed(list(setters))} set{'s' if len(setters) == 1 else ''} {name}, "
            f"and {takers} take{'s' if len(others) == 1 else ''} the default in the text",
            spots=(
                *(Spot(environment=one.member.name, place=there) for one, there in others),
                Spot(environment=setter, place=place),
            ),
        )


def _defaulted(one: Variables, name: str) -> Place | None:
    """Where the default stands for it in a value of the model."""
    uses = [use for use in one.used if use.reference.name == name and use.reference.operator[-1:] == "-"]
    return next((use.place for use in uses if (use.place.file, use.place.line) in one.member.in_effect), None)
