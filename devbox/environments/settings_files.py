"""Files of settings that environments share: their own env files, and configs that are not declared for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from devbox.environments.finding import Finding, Spot
from devbox.environments.isolation import listed
from devbox.environments.member import Member


def shared_settings(members: Sequence[Member]) -> Iterator[Finding]:
    """The last env file of each is to be its own, and so is a config, unless one line of one file gives it to all."""
    holders: dict[str, list[tuple[Member, Spot]]] = {}
    for member in members:
        if files := member.environment.env_files:
            path = f"environments.{member.name}.env_files"
            spot = Spot(environment=member.name, path=path, place=member.environment.place)
            holders.setdefault(files[-1], []).append((member, spot))
        for key, config in member.project.configs.items():
            if config.file and not config.external:
                holders.setdefault(config.file, []).append((member, member.spot(("configs", key, "file"))))
    for file, having in holders.items():
        names = list(dict.fromkeys(member.name for member, _ in having))
        if len(names) > 1 and not _declared_once([spot for _, spot in having]):
            yield Finding(
                rule="shared-settings",
                subject=having[0][0].relative(file),
                message=f"{listed(names)} take their settings from the same file {file}",
                spots=tuple(spot for _, spot in having),
            )


def _declared_once(spots: Sequence[Spot]) -> bool:
    return len({spot.place for spot in spots}) == 1 and not any(spot.variables for spot in spots)
