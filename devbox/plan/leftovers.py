"""What a change of names leaves behind under the old ones, with its data, and how to go on with it or remove it."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.compose.model import Project
from devbox.plan import labels
from devbox.plan.names import known_services
from devbox.plan.observed import Container, Observed


def forsaken_volumes(project: Project, observed: Observed, going: Iterable[Container]) -> list[str]:
    """The project's volumes that nothing mounts once those `going` have ended, and that the files no longer name."""
    ended = list(going)
    staying = {name for one in observed.containers if one not in ended for name in one.volumes}
    declared = {one.name for one in project.volumes.values()}
    mounted = {name for one in ended for name in one.volumes} - staying - declared
    return [
        f"volume {one.name} is left behind with its data, since no service mounts it any more. To go on with it, "
        f"write `name: {one.name}` where the files declare the volume; `docker volume rm {one.name}` removes it"
        for one in observed.volumes
        if one.name in mounted and one.labels.get(labels.VOLUME)
    ]


def unmentioned_volumes(project: Project, observed: Observed) -> list[str]:
    """The project's volumes that stay when those that the files name are removed."""
    declared = {one.name for one in project.volumes.values()}
    staying = [
        one.name
        for one in observed.volumes
        if one.labels.get(labels.PROJECT) == project.name and one.labels.get(labels.VOLUME) and one.name not in declared
    ]
    return [
        f"volume {name} stays with its data: no service mounts it any more. `docker volume rm {name}` removes it"
        for name in staying
    ]


def former_selves(project: Project, observed: Observed) -> list[str]:
    """Where nothing bears the project's name yet: other projects that it may have been before it was renamed or moved.

    They were made of the same files, or of files that are gone with the same services.
    """
    if observed.containers or any(one.labels.get(labels.PROJECT) == project.name for one in observed.volumes):
        return []
    made_of, services = (",".join(project.files), ",".join(project.env_files)), set(known_services(project))
    found = []
    for name in sorted({one.project for one in observed.neighbours}):
        theirs = [one for one in observed.neighbours if one.project == name and not one.oneoff]
        same = any(_made_of(one) == made_of for one in theirs)
        moved = name in observed.moved and {one.service for one in theirs} == services
        if theirs and (same or moved):
            found.append(
                _former(project, name, theirs, "is of the same files" if same else "is of files that are gone")
            )
    return found


def _made_of(container: Container) -> tuple[str, str]:
    """The Compose files and the files of variables, as the labels have them."""
    return container.labels.get(labels.CONFIG_FILES, ""), container.labels.get(labels.ENVIRONMENT_FILE, "")


def _former(project: Project, name: str, theirs: Iterable[Container], why: str) -> str:
    containers = ", ".join(one.name for one in theirs)
    volumes = sorted({volume for one in theirs for volume in one.volumes if volume.startswith(f"{name}_")})
    keeps = f"{containers}, and the data in {', '.join(volumes)}" if volumes else containers
    adopt = f", or `name: {volumes[0]}` where the files declare the volume for its data alone" if volumes else ""
    return (
        f"project {name} {why}, and keeps {keeps}. If it became {project.name}: `devbox -p {name} down` takes it down; "
        f"`-p {name}`, or `name: {name}` in the file, goes on with it{adopt}"
    )
