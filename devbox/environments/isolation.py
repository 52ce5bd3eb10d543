"""What keeps environments apart, or does not: the things of a project that bear a name outside of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from devbox.compose.model import MountKind, Project
from devbox.compose.reference import tag
from devbox.compose.report import Path
from devbox.environments.environment import Environment
from devbox.errors import Problem
from devbox.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that has `name` wherever the project runs; `path` is the value that says so.

    `rule` is what two projects break that both have it. An image that is only used breaks it with one that is `made`.
    """

    rule: str
    name: str
    path: Path
    made: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A thing that several have: `holders` are (whose, path) in the order they were given."""

    rule: str
    name: str
    holders: tuple[tuple[str, Path], ...]

    def __str__(self) -> str:
        names = [whose for whose, _ in self.holders]
        return _WORDS[self.rule].format(all=listed(names), name=self.name)


_WORDS = {
    "shared-volume": "{all} use the same volume {name}, so they write the same data",
    "shared-network": "{all} use the same network {name}, so their containers reach each other",
    "shared-subnet": "{all} want networks of overlapping addresses, {name}, so only one of them can start",
    "shared-container-name": "{all} want the container name {name}, so only one of them can run",
    "shared-folder": "{all} write to the same folder {name}",
    "shared-image": "{all} share the image {name}, so the last build of it decides what each of them runs",
}


def same_project(environments: Sequence[Environment]) -> tuple[Problem, ...]:
    """Environments that would take each other's containers for their own: one project name on one engine."""
    problems = []
    seen: dict[tuple[str, str], Environment] = {}
    for environment in environments:
        if not environment.project:
            continue
        first = seen.setdefault((environment.context, environment.project), environment)
        if first is not environment:
            message = f"{environment.name} and {first.name} are both the project {environment.project}"
            problems.append(
                Problem(
                    message=f"{message}: going to one replaces the containers of the other",
                    place=environment.place,
                    path=f"environments.{environment.name}.project",
                    hint="give each a project name of its own",
                )
            )
    return tuple(problems)


def shared(projects: Mapping[str, Project]) -> list[Shared]:
    """What the projects, each under the name of its environment, have in common though each should have its own."""
    found: dict[tuple[str, str], dict[str, Path]] = {}
    made = set()
    for whose, project in projects.items():
        for thing in things(project):
            key = thing.rule, thing.name
            found.setdefault(key, {}).setdefault(whose, thing.path)
            if thing.made:
                made.add(key)
    named = [
        Shared(rule=rule, name=name, holders=tuple(holders.items()))
        for (rule, name), holders in found.items()
        if len(holders) > 1 and (rule, name) in made
    ]
    return [*named, *_overlapping(projects)]


def things(project: Project) -> Iterator[Thing]:
    """What of the project has a name beyond it; what `external: true` says is shared on purpose."""
    for key, volume in project.volumes.items():
        if not volume.external:
            yield Thing(rule="shared-volume", name=volume.name, path=("volumes", key, "name"))
    for key, network in project.networks.items():
        if not network.external:
            yield Thing(rule="shared-network", name=network.name, path=("networks", key, "name"))
    for name, service in project.services.items():
        own: Path = ("services", name)
        if service.container_name:
            yield Thing(rule="shared-container-name", name=service.container_name, path=(*own, "container_name"))
        for at, mount in enumerate(service.volumes):
            if mount.kind is MountKind.BIND and not mount.read_only and not mount.source.startswith(_MACHINE):
                yield Thing(rule="shared-folder", name=mount.source, path=(*own, "volumes", at, "source"))
        if service.image:
            made = service.build is not None
            yield Thing(rule="shared-image", name=_tagged(service.image), path=(*own, "image"), made=made)
        for at, image in enumerate(service.build.tags if service.build else ()):
            yield Thing(rule="shared-image", name=_tagged(image), path=(*own, "build", "tags", at))


_MACHINE = ("/var/run/", "/run/", "/dev/", "/proc/", "/sys/", "/etc/")
"""Folders that are the machine's and nobody's data: what opens them is for `devbox lint` to say."""


def listed(names: Sequence[str]) -> str:
    """ "dev, stage and prod"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _tagged(image: str) -> str:
    return image if tag(image) or "@" in image else f"{image}:latest"


def _overlapping(projects: Mapping[str, Project]) -> Iterator[Shared]:
    """Networks with subnets of their own that overlap those of another project; one that both name is told as such."""
    taken: list[tuple[str, str, IPv4Network | IPv6Network, Path]] = []
    for whose, project in projects.items():
        for key, network in project.networks.items():
            for at, pool in enumerate(() if network.external else network.ipam):
                try:
                    subnet = ip_network(pool.subnet, strict=False)
                except ValueError:
                    continue
                path: Path = ("networks", key, "ipam", "config", at, "subnet")
                for other, name, theirs, there in taken:
                    if other != whose and name != network.name and theirs.overlaps(subnet):
                        holders = ((other, there), (whose, path))
                        yield Shared(rule="shared-subnet", name=str(subnet), holders=holders)
                taken.append((whose, network.name, subnet, path))
