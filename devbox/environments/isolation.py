"""What keeps two environments from running side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from devbox.compose.model import Project
from devbox.environments.environment import Environment
from devbox.errors import Problem


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


def shared(one: str, mine: Project, other: str, theirs: Project) -> tuple[Problem, ...]:
    """What the projects of the environments `one` and `other` share on an engine though each should have its own."""
    if mine.name == theirs.name:
        return ()
    both = f"{one} and {other}"
    return (*_volumes(both, mine, theirs), *_container_names(both, mine, theirs))


def _volumes(both: str, mine: Project, theirs: Project) -> Iterator[Problem]:
    named = {volume.name for volume in theirs.volumes.values()}
    for key, volume in mine.volumes.items():
        if volume.name in named:
            yield Problem(
                message=f"{both} use the same volume {volume.name}, so both write the same data",
                path=f"volumes.{key}",
                hint="leave out its name, so that each project gets its own",
            )


def _container_names(both: str, mine: Project, theirs: Project) -> Iterator[Problem]:
    taken = {service.container_name for service in theirs.services.values() if service.container_name}
    for service in mine.services.values():
        if service.container_name in taken:
            yield Problem(
                message=f"{both} both want the container name {service.container_name}, so only one of them can run",
                place=service.place,
                path=f"services.{service.name}.container_name",
                hint="leave it out, so that each project gets its own",
            )
