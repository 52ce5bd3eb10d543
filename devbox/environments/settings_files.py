"""Files of settings that environments share: their own env files, and configs whose path a variable makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from devbox.environments.finding import Finding, Spot
from devbox.environments.isolation import listed
from devbox.environments.member import Member


def shared_settings(members: Sequence[Member]) -> Iterator[Finding]:
    """The last env file of each is its own; a config is meant for all where a file that all have names it outright."""
    own: dict[str, list[tuple[Member, Spot]]] = {}
    for member in members:
        if files := member.environment.env_files:
            path = f"environments.{member.name}.env_files"
            spot = Spot(environment=member.name, path=path, place=member.environment.place)
            own.setdefault(files[-1], []).append((member, spot))
        for key, config in member.project.configs.items():
            spot = member.spot(("configs", key, "file"))
            common = not spot.variables and all(_reads(spot, other) for other in members)
            if config.file and not config.external and not common:
                own.setdefault(config.file, []).append((member, spot))
    for file, holders in own.items():
        names = list(dict.fromkeys(member.name for member, _ in holders))
        if len(names) > 1:
            message = f"{listed(names)} take their settings from the same file {file}"
            spots = tuple(spot for _, spot in holders)
            yield Finding(rule="shared-settings", subject=file, message=message, spots=spots)


def _reads(spot: Spot, member: Member) -> bool:
    return spot.place is not None and spot.place.file in member.project.files
